using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Lets the container build a public type without a public constructor.</summary>
internal sealed class AuthorizationServerFactory(MeshIdentity identity, IX509BundleSource bundles, IOptions<MeshOptions> mesh,
    IOptions<AuthorizationServerOptions> options, TimeProvider time, ILogger<AuthorizationServer> logger, IJwtSvidSource? jwtSvids = null)
{
    public AuthorizationServer Create() => new(identity, bundles, mesh, options, time, logger, jwtSvids);
}
