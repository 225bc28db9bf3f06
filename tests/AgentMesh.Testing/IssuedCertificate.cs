using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.Testing;

/// <summary>A certificate with its key and chain, whether or not it makes a valid X509-SVID.</summary>
public sealed record IssuedCertificate(X509Certificate2 Leaf, IReadOnlyList<X509Certificate2> Intermediates)
{
    /// <summary>DER certificates one after the other, leaf first, as the Workload API sends them.</summary>
    public byte[] Chain() => [.. Leaf.RawData, .. Intermediates.SelectMany(static c => c.RawData)];

    /// <summary>The key as PKCS#8.</summary>
    public byte[] Pkcs8()
    {
        using var ec = Leaf.GetECDsaPrivateKey();
        if (ec is not null)
            return ec.ExportPkcs8PrivateKey();
        using var rsa = Leaf.GetRSAPrivateKey();
        return rsa!.ExportPkcs8PrivateKey();
    }

    /// <summary>As an SVID; throws when the profile forbids it.</summary>
    public X509Svid ToSvid(string hint = "") => new(Leaf, Intermediates, hint);
}
