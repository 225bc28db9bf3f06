using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

internal static class CertificateExtensions
{
    // X509Certificate2 answers in local time.
    public static DateTimeOffset NotBeforeUtc(this X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    public static DateTimeOffset NotAfterUtc(this X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    public static string Sha256Thumbprint(this X509Certificate2 certificate) =>
        Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span));
}
