using System.Collections.Frozen;
using System.Security.Authentication;

namespace AgentMesh.Spiffe;

/// <summary>
/// A source for material that the process already holds: a certificate authority's own SVID, or a test's.
/// <see cref="Update"/> replaces everything at once; readers never see half of it.
/// </summary>
/// <remarks>It does not own the SVIDs it is given: whoever made them disposes them.</remarks>
public sealed class StaticSource : IX509SvidSource, IX509BundleSource, IJwtBundleSource
{
    private volatile State _state;

    /// <summary>Creates a source.</summary>
    /// <param name="svid">The SVID to answer with, or null for none.</param>
    /// <param name="x509Bundles">X.509 bundles, at most one a trust domain.</param>
    /// <param name="jwtBundles">JWT bundles, at most one a trust domain.</param>
    /// <exception cref="ArgumentException">Two bundles of one trust domain: bundles are never merged.</exception>
    public StaticSource(X509Svid? svid, IEnumerable<X509Bundle> x509Bundles, IEnumerable<JwtBundle>? jwtBundles = null) =>
        _state = new State(svid, x509Bundles, jwtBundles);

    /// <summary>Replaces SVID and bundles; what is not given is withdrawn.</summary>
    /// <inheritdoc cref="StaticSource(X509Svid?, IEnumerable{X509Bundle}, IEnumerable{JwtBundle}?)"/>
    public void Update(X509Svid? svid, IEnumerable<X509Bundle> x509Bundles, IEnumerable<JwtBundle>? jwtBundles = null) =>
        _state = new State(svid, x509Bundles, jwtBundles);

    /// <inheritdoc/>
    public X509Svid GetX509Svid() =>
        _state.Svid ?? throw new AuthenticationException("This source holds no X509-SVID. Give it one with StaticSource.Update.");

    /// <inheritdoc/>
    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => _state.X509Bundles.GetValueOrDefault(trustDomain);

    /// <inheritdoc/>
    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) => _state.JwtBundles.GetValueOrDefault(trustDomain);

    private sealed class State(X509Svid? svid, IEnumerable<X509Bundle> x509Bundles, IEnumerable<JwtBundle>? jwtBundles)
    {
        public X509Svid? Svid { get; } = svid;
        public FrozenDictionary<TrustDomain, X509Bundle> X509Bundles { get; } = Index(x509Bundles, static b => b.TrustDomain);
        public FrozenDictionary<TrustDomain, JwtBundle> JwtBundles { get; } = Index(jwtBundles ?? [], static b => b.TrustDomain);

        private static FrozenDictionary<TrustDomain, T> Index<T>(IEnumerable<T> bundles, Func<T, TrustDomain> trustDomain) =>
            bundles.ToDictionary(trustDomain).ToFrozenDictionary();
    }
}
