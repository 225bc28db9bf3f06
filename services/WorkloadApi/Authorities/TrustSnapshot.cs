using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Documents;
using Google.Protobuf;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>What signs and what is trusted at one moment. Immutable: a response is made from one snapshot and is consistent.</summary>
internal sealed class TrustSnapshot : IJwtBundleSource
{
    private readonly Lazy<JwtBundle> _verifier;

    public TrustSnapshot(
        TrustDomain trustDomain,
        ulong sequence,
        TimeSpan refreshHint,
        AuthorityRotation<X509Authority> x509,
        AuthorityRotation<JwtAuthority> jwt,
        bool renewEverything,
        IReadOnlyDictionary<TrustDomain, FederatedBundle> federated)
    {
        TrustDomain = trustDomain;
        Sequence = sequence;
        X509 = x509.Active;
        Jwt = jwt.Active;
        RenewEverything = renewEverything;
        Federated = federated;
        X509Authorities = ByteString.CopyFrom([.. x509.Published.SelectMany(a => a.Certificate)]);
        var jwtBundle = JwkWriter.JwtBundle(jwt.Published);
        JwtKeys = UnsafeByteOperations.UnsafeWrap(jwtBundle);
        OpenIdKeys = JwkWriter.OpenIdKeys(jwt.Published);
        BundleDocument = JwkWriter.SpiffeBundle(x509.Published, jwt.Published, sequence, refreshHint);
        _verifier = new(() => JwtBundle.Parse(trustDomain, jwtBundle));
    }

    public TrustDomain TrustDomain { get; }

    /// <summary>Grows with each change; also <c>spiffe_sequence</c>.</summary>
    public ulong Sequence { get; }

    /// <summary>The authority that signs X509-SVIDs.</summary>
    public X509Authority X509 { get; }

    /// <summary>The authority that signs JWT-SVIDs.</summary>
    public JwtAuthority Jwt { get; }

    /// <summary>After a forced rotation: SVIDs of another authority than <see cref="X509"/> are renewed now, not at half of their life.</summary>
    public bool RenewEverything { get; }

    public IReadOnlyDictionary<TrustDomain, FederatedBundle> Federated { get; }

    /// <summary>Concatenated DER certificates.</summary>
    public ByteString X509Authorities { get; }

    /// <summary>JWK Set.</summary>
    public ByteString JwtKeys { get; }

    public byte[] OpenIdKeys { get; }

    public byte[] BundleDocument { get; }

    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) =>
        trustDomain.Equals(TrustDomain) ? _verifier.Value : Federated.GetValueOrDefault(trustDomain)?.Verifier;
}
