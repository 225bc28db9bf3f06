using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AgentMesh.Testing;

/// <summary>A key pair of either kind, for requests and signatures.</summary>
internal sealed class TestKey : IDisposable
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    public TestKey(TestKeyKind kind)
    {
        if (kind == TestKeyKind.Rsa2048)
            _rsa = RSA.Create(2048);
        else
            _ec = ECDsa.Create(kind == TestKeyKind.P384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
    }

    public X509SignatureGenerator Signer =>
        _ec is not null ? X509SignatureGenerator.CreateForECDsa(_ec) : X509SignatureGenerator.CreateForRSA(_rsa!, RSASignaturePadding.Pkcs1);

    public HashAlgorithmName Hash => _ec is { KeySize: 384 } ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    public CertificateRequest Request(string subject)
    {
        var name = new X500DistinguishedName(subject);
        return _ec is not null
            ? new CertificateRequest(name, _ec, Hash)
            : new CertificateRequest(name, _rsa!, Hash, RSASignaturePadding.Pkcs1);
    }

    public X509Certificate2 Attach(X509Certificate2 certificate)
    {
        using (certificate)
            return _ec is not null ? certificate.CopyWithPrivateKey(_ec) : certificate.CopyWithPrivateKey(_rsa!);
    }

    public void Dispose()
    {
        _ec?.Dispose();
        _rsa?.Dispose();
    }
}
