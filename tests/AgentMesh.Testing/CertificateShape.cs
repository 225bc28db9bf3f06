using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Testing;

/// <summary>What a test wants to be special about a certificate. All defaults make a proper X509-SVID.</summary>
public sealed record CertificateShape
{
    /// <summary>URI SANs instead of the SPIFFE ID asked for; several, none or nonsense.</summary>
    public IReadOnlyList<string>? Uris { get; init; }
    public IReadOnlyList<string> DnsNames { get; init; } = [];
    public bool CertificateAuthority { get; init; }
    public bool BasicConstraints { get; init; } = true;
    public X509KeyUsageFlags? KeyUsages { get; init; } = X509KeyUsageFlags.DigitalSignature;
    /// <summary>OIDs; empty leaves the extension out.</summary>
    public IReadOnlyList<string> ExtendedKeyUsages { get; init; } = [ServerAuth, ClientAuth];
    public bool SubjectAlternativeNameCritical { get; init; } = true;
    public string Subject { get; init; } = "";
    public DateTimeOffset? NotBefore { get; init; }
    public DateTimeOffset? NotAfter { get; init; }
    public TestKeyKind Key { get; init; } = TestKeyKind.P256;
    /// <summary>Signed by its own key, not by the authority.</summary>
    public bool SelfSigned { get; init; }
    /// <summary>Number of intermediate authorities between the root and the leaf.</summary>
    public int Intermediates { get; init; }
    /// <summary>What the intermediates look like, if not like proper authorities.</summary>
    public CertificateShape? IntermediateShape { get; init; }

    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";
}

public enum TestKeyKind
{
    P256,
    P384,
    Rsa2048,
}
