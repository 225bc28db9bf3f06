using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Federation;

/// <summary>What authenticates the bundle endpoint: the configured certificate, or an X509-SVID that this server issues itself and renews like any other.</summary>
internal sealed class EndpointCertificate(TrustState trust, WorkloadApiSettings settings, TimeProvider time)
{
    private readonly Lock _renewing = new();
    private IssuedX509Svid? _issued;
    private SslStreamCertificateContext? _context;

    public SslStreamCertificateContext Current(BundleEndpointSettings endpoint)
    {
        lock (_renewing)
        {
            if (endpoint.Certificate is { } configured)
                return _context ??= SslStreamCertificateContext.Create(configured, null, offline: true);
            var (now, current) = (time.GetUtcNow(), trust.Current);
            if (_context is not null && now < _issued!.RenewAt && _issued.Authority != current.Superseded)
                return _context;

            var party = settings.Manifest.Services["workload-api"];
            _issued = current.X509.Issue(SpiffeId.Parse(party.SpiffeId), now, settings.Manifest.Lifetimes.X509Svid);
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(_issued.PrivateKey, out _);
            _issued.Forget();
            using var certificate = X509CertificateLoader.LoadCertificate(_issued.Certificate);
            // Not disposed when replaced: handshakes may still use it, and it ends with them.
            return _context = SslStreamCertificateContext.Create(certificate.CopyWithPrivateKey(key), null, offline: true);
        }
    }
}
