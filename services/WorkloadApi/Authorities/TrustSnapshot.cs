using AgentMesh.Spiffe;
using Google.Protobuf;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>What signs and what is trusted at one moment. Immutable: a response is made from one snapshot and is consistent.</summary>
internal sealed class TrustSnapshot : IJwtBundleSource
{
    private readonly SpiffeBundle _own;

    public TrustSnapshot(
        SpiffeBundle own, X509Authority x509, JwtSigningAuthority jwt, X509Authority? superseded, IReadOnlyDictionary<TrustDomain, FederatedBundle> federated)
    {
        _own = own;
        X509 = x509;
        Jwt = jwt;
        Superseded = superseded;
        Federated = federated;
        X509Authorities = FederatedBundle.Der(own.X509Bundle);
        JwtKeys = UnsafeByteOperations.UnsafeWrap(own.JwtBundle.ToJson());
        // "sig": what OpenID Connect's readers look for.
        OpenIdKeys = own.JwtBundle.ToJson("sig");
        BundleDocument = own.ToJson();
    }

    public TrustDomain TrustDomain => _own.TrustDomain;

    /// <summary>Grows with each change; also <c>spiffe_sequence</c>.</summary>
    public ulong Sequence => _own.Sequence!.Value;

    /// <summary>The authority that signs X509-SVIDs.</summary>
    public X509Authority X509 { get; }

    /// <summary>The authority that signs JWT-SVIDs.</summary>
    public JwtSigningAuthority Jwt { get; }

    /// <summary>After a forced rotation: the authority whose SVIDs are renewed now, not at half of their life.</summary>
    public X509Authority? Superseded { get; }

    public IReadOnlyDictionary<TrustDomain, FederatedBundle> Federated { get; }

    /// <summary>What verifies X509-SVIDs of this trust domain.</summary>
    public X509Bundle X509Bundle => _own.X509Bundle;

    /// <summary>Concatenated DER certificates.</summary>
    public ByteString X509Authorities { get; }

    /// <summary>JWK Set.</summary>
    public ByteString JwtKeys { get; }

    /// <summary>JWK Set for verifiers outside SPIFFE.</summary>
    public byte[] OpenIdKeys { get; }

    /// <summary>The SPIFFE bundle document.</summary>
    public byte[] BundleDocument { get; }

    public JwtBundle? FindJwtBundle(TrustDomain trustDomain) =>
        trustDomain.Equals(TrustDomain) ? _own.JwtBundle : Federated.GetValueOrDefault(trustDomain)?.Bundle.JwtBundle;
}
