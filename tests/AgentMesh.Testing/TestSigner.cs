using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.Testing;

/// <summary>A signing certificate with its key.</summary>
internal sealed class TestSigner(X509Certificate2 certificate, TestKey key) : IDisposable
{
    public X509Certificate2 Certificate { get; } = certificate;

    public static TestSigner Root(TrustDomain trustDomain, DateTimeOffset now, TestKeyKind kind)
    {
        var key = new TestKey(kind);
        // The serial number in the name tells the authorities of a rotated bundle apart.
        var request = AuthorityRequest(trustDomain, key);
        var certificate = request.Create(request.SubjectName, key.Signer, now.AddHours(-1), now.AddYears(1), Serial());
        return new TestSigner(certificate, key);
    }

    public TestSigner Intermediate(TrustDomain trustDomain, DateTimeOffset now, TestKeyKind kind, CertificateShape? shape)
    {
        var own = new TestKey(kind);
        var issued = shape is null
            ? AuthorityRequest(trustDomain, own).Create(Certificate.SubjectName, key.Signer, now.AddHours(-1), now.AddMonths(6), Serial())
            : Sign(SpiffeId.Create(trustDomain, "/intermediate"), shape, own, now);
        return new TestSigner(issued, own);
    }

    public X509Certificate2 Sign(SpiffeId id, CertificateShape shape, TestKey leafKey, DateTimeOffset now)
    {
        var request = leafKey.Request(shape.Subject);
        if (shape.BasicConstraints)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(shape.CertificateAuthority, false, 0, true));
        if (shape.KeyUsages is { } usages)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usages, true));
        if (shape.ExtendedKeyUsages.Count > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. shape.ExtendedKeyUsages.Select(static o => new Oid(o))], false));
        AddNames(request, shape.Uris ?? [id.ToString()], shape.DnsNames, shape.SubjectAlternativeNameCritical);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (!shape.SelfSigned)
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        var (issuer, signer) = shape.SelfSigned ? (request.SubjectName, leafKey.Signer) : (Certificate.SubjectName, key.Signer);
        return request.Create(issuer, signer, shape.NotBefore ?? now.AddSeconds(-10), shape.NotAfter ?? now.AddMinutes(30), Serial());
    }

    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
    }

    private static CertificateRequest AuthorityRequest(TrustDomain trustDomain, TestKey key)
    {
        var request = key.Request($"O={trustDomain.Name}, CN={Convert.ToHexString(Serial())}");
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        AddNames(request, [trustDomain.Id.ToString()], [], critical: false);
        return request;
    }

    private static void AddNames(CertificateRequest request, IReadOnlyList<string> uris, IReadOnlyList<string> dnsNames, bool critical)
    {
        if (uris.Count + dnsNames.Count > 0)
            request.CertificateExtensions.Add(SubjectAlternativeNames.Encode(uris, dnsNames, critical));
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x01);
        return serial;
    }
}
