using System.Security.Authentication;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

/// <summary>A party's SVIDs and bundles straight from a test authority; the test rotates and withdraws them.</summary>
internal sealed class TestSource(TestAuthority authority, SpiffeId id, TimeProvider time) : IX509SvidSource, IX509BundleSource, IJwtSvidSource, IJwtBundleSource
{
    private X509Bundle _bundle = authority.X509Bundle;
    private X509Svid? _svid = authority.IssueX509(id);

    public SpiffeId Id => id;

    public bool Withdrawn { get; set; }

    public X509Svid Svid => _svid!;

    public X509Svid GetX509Svid() => Withdrawn ? throw new AuthenticationException("No SVID: the Workload API has withdrawn it.") : _svid!;

    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => trustDomain.Equals(authority.TrustDomain) ? _bundle : null;

    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => trustDomain.Equals(authority.TrustDomain) ? authority.JwtBundle : null;

    public ValueTask<JwtSvid> FetchJwtSvidAsync(string audience, CancellationToken cancellationToken = default) => Withdrawn
        ? throw new AuthenticationException("No JWT-SVID: the Workload API has withdrawn it.")
        : new(JwtSvidValidator.Validate(authority.IssueJwt(id, audience), this, audience, time.GetUtcNow()).Svid!);

    public X509Svid Rotate(TimeSpan? lifetime = null) => _svid = authority.IssueX509(id, lifetime);

    public void Use(X509Svid svid) => _svid = svid;

    public void UpdateBundle() => _bundle = authority.X509Bundle;
}
