using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;

namespace AgentMesh.WorkloadApi.Authorities;

/// <summary>A self-signed ECDSA P-256 certificate authority of the trust domain (X509-SVID §4.1): its SPIFFE ID has no path and it signs leaves only.</summary>
internal sealed class X509Authority : IAuthority
{
    /// <summary>Peers' clocks may be behind by this much, as with SPIRE.</summary>
    public static readonly TimeSpan BackDating = TimeSpan.FromSeconds(10);

    private static readonly X500DistinguishedName NoSubject = new("");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509SignatureGenerator _generator;
    private readonly X500DistinguishedName _subject;
    private readonly X509AuthorityKeyIdentifierExtension _authorityKeyIdentifier;
    private readonly Lock _signing = new();

    public X509Authority(TrustDomain trustDomain, DateTimeOffset now, TimeSpan lifetime)
    {
        CreatedAt = now;
        NotAfter = WholeSeconds(now + lifetime);
        _generator = X509SignatureGenerator.CreateForECDsa(_key);
        var subjectKeyIdentifier = new X509SubjectKeyIdentifierExtension(new PublicKey(_key), critical: false);
        // Authorities that overlap have different names, so that chain building never has to try both.
        _subject = new X500DistinguishedName($"O=AgentMesh, CN=X.509 authority {subjectKeyIdentifier.SubjectKeyIdentifier![..16]}");
        _authorityKeyIdentifier = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(subjectKeyIdentifier);

        var request = new CertificateRequest(_subject, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(SpiffeExtensions.AuthorityConstraints);
        request.CertificateExtensions.Add(SpiffeExtensions.AuthorityUsage);
        request.CertificateExtensions.Add(subjectKeyIdentifier);
        request.CertificateExtensions.Add(SpiffeExtensions.AlternativeName(trustDomain.Id, critical: false));
        Certificate = request.Create(_subject, _generator, WholeSeconds(now - BackDating), NotAfter, NewSerialNumber());
    }

    public DateTimeOffset CreatedAt { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>The authority's certificate, without its key. Left to the finalizer: bundles that were handed out refer to it.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes a key pair and an X509-SVID for it. Safe to call from several threads.</summary>
    public IssuedX509Svid Issue(SpiffeId id, DateTimeOffset now, TimeSpan lifetime)
    {
        var notAfter = WholeSeconds(now + lifetime);
        if (notAfter > NotAfter)
            notAfter = NotAfter;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NoSubject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(SpiffeExtensions.LeafConstraints);
        request.CertificateExtensions.Add(SpiffeExtensions.LeafUsage);
        request.CertificateExtensions.Add(SpiffeExtensions.LeafPurposes);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(_authorityKeyIdentifier);
        // RFC 5280 §4.2.1.6: critical, because the subject is empty.
        request.CertificateExtensions.Add(SpiffeExtensions.AlternativeName(id, critical: true));
        byte[] leaf;
        lock (_signing)
        {
            using var certificate = request.Create(_subject, _generator, WholeSeconds(now - BackDating), notAfter, NewSerialNumber());
            leaf = certificate.RawData;
        }
        return new IssuedX509Svid(id, this, leaf, key.ExportPkcs8PrivateKey(), now, notAfter);
    }

    public void Dispose() => _key.Dispose();

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static byte[] NewSerialNumber()
    {
        // RFC 5280 §4.1.2.2: positive, at most 20 octets. The second highest bit keeps the first octet from being zero.
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
