using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Spiffe.Internal;

/// <summary>Attaches a PKCS#8 key to its certificate.</summary>
internal static class PrivateKeys
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ec = "1.2.840.10045.2.1";

    /// <summary>The certificate with its key; <paramref name="certificate"/> is disposed on success.</summary>
    /// <exception cref="CryptographicException">The key is not PKCS#8 of a supported kind.</exception>
    /// <exception cref="ArgumentException">The key is not this certificate's.</exception>
    public static X509Certificate2 Attach(X509Certificate2 certificate, ReadOnlySpan<byte> pkcs8)
    {
        var withKey = certificate.GetKeyAlgorithm() switch
        {
            Ec => AttachEc(certificate, pkcs8),
            Rsa => AttachRsa(certificate, pkcs8),
            _ => throw new ArgumentException("The X509-SVID's key is neither EC nor RSA."),
        };
        certificate.Dispose();
        return OperatingSystem.IsWindows() ? ThroughPkcs12(withKey) : withKey;
    }

    private static X509Certificate2 AttachEc(X509Certificate2 certificate, ReadOnlySpan<byte> pkcs8)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 AttachRsa(X509Certificate2 certificate, ReadOnlySpan<byte> pkcs8)
    {
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return certificate.CopyWithPrivateKey(key);
    }

    // SChannel refuses keys that live only in this process (dotnet/runtime#23749): a PKCS#12 import without
    // EphemeralKeySet gives the key a container, which is deleted when the certificate is disposed.
    private static X509Certificate2 ThroughPkcs12(X509Certificate2 withKey)
    {
        using (withKey)
        {
            var pkcs12 = withKey.Export(X509ContentType.Pkcs12);
            try
            {
                return X509CertificateLoader.LoadPkcs12(pkcs12, password: null, X509KeyStorageFlags.DefaultKeySet);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pkcs12);
            }
        }
    }
}
