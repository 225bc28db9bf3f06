using AgentMesh.WorkloadApi.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>The <c>iss</c> of JWT-SVIDs: as configured or, when not, the address that the discovery document is served on.</summary>
internal sealed class IssuerAddress(WorkloadApiSettings settings, IServer server)
{
    private string? _value = settings.Issuer;

    /// <summary>Without a trailing slash where we choose it, as OpenID Connect's readers compare it character by character.</summary>
    public string Value => _value ??= HttpAddresses(server).First();

    /// <summary>Where the documents are served, with the ports that the system chose.</summary>
    public static IEnumerable<string> HttpAddresses(IServer server) =>
        server.Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(a => a.StartsWith("http://", StringComparison.Ordinal) && !a.StartsWith("http://unix:", StringComparison.Ordinal));
}
