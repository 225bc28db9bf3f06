using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>The X.509 authorities of one trust domain. They verify its SVIDs and nobody else's; bundles are never merged.</summary>
/// <param name="TrustDomain">The trust domain.</param>
/// <param name="Authorities">Its signing certificates; none means that nothing of the trust domain is trusted.</param>
public sealed record X509Bundle(TrustDomain TrustDomain, IReadOnlyList<X509Certificate2> Authorities)
{
    /// <summary>Reads a bundle as the Workload API delivers it: DER certificates one after the other.</summary>
    /// <param name="trustDomain">Whose bundle it is; the bundle itself does not say.</param>
    /// <param name="der">The certificates.</param>
    /// <param name="skipped">How many entries could not be read. One bad entry never loses the others.</param>
    public static X509Bundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> der, out int skipped)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        return new X509Bundle(trustDomain, DerCertificates.Read(der, out skipped));
    }

    /// <inheritdoc cref="Parse(TrustDomain, ReadOnlyMemory{byte}, out int)"/>
    public static X509Bundle Parse(TrustDomain trustDomain, ReadOnlyMemory<byte> der) => Parse(trustDomain, der, out _);

    internal bool Contains(X509Certificate2 certificate)
    {
        foreach (var authority in Authorities)
        {
            if (authority.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))
                return true;
        }
        return false;
    }
}
