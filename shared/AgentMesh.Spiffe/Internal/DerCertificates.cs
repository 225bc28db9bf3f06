using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

/// <summary>DER certificates one after the other, as the Workload API sends chains and bundles.</summary>
internal static class DerCertificates
{
    /// <summary>All of them, at least one.</summary>
    /// <exception cref="FormatException">Empty, or one cannot be read.</exception>
    public static List<X509Certificate2> ReadAll(ReadOnlyMemory<byte> der)
    {
        var certificates = Read(der, out var unreadable);
        if (unreadable == 0 && certificates.Count > 0)
            return certificates;
        Dispose(certificates);
        throw new FormatException(unreadable > 0 ? "A certificate of the X509-SVID is not DER." : "The X509-SVID has no certificate.");
    }

    /// <summary>Those that can be read; the others are counted. A broken length ends the reading, for nothing after it can be found.</summary>
    public static List<X509Certificate2> Read(ReadOnlyMemory<byte> der, out int unreadable)
    {
        var certificates = new List<X509Certificate2>();
        unreadable = 0;
        while (!der.IsEmpty)
        {
            if (!AsnDecoder.TryReadEncodedValue(der.Span, AsnEncodingRules.DER, out _, out _, out _, out var length))
            {
                unreadable++;
                break;
            }
            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span[..length]));
            }
            catch (CryptographicException)
            {
                unreadable++;
            }
            der = der[length..];
        }
        return certificates;
    }

    public static void Dispose(IEnumerable<X509Certificate2> certificates)
    {
        foreach (var certificate in certificates)
            certificate.Dispose();
    }
}
