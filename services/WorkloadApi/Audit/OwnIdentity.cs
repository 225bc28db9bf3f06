using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Audit;

/// <summary>This server as a party of the mesh, for shipping its journal: who issues identities issues its own, and renews it like any other.</summary>
internal sealed class OwnIdentity(TrustState trust, WorkloadApiSettings settings, TimeProvider time) : IX509SvidSource, IX509BundleSource
{
    private readonly SpiffeId _id = SpiffeId.Parse(settings.Manifest.Services["workload-api"].SpiffeId);
    private readonly Lock _renewing = new();
    private IssuedX509Svid? _issued;
    private X509Svid? _svid;

    public X509Svid GetX509Svid()
    {
        lock (_renewing)
        {
            var (now, current) = (time.GetUtcNow(), trust.Current);
            if (_svid is not null && now < _issued!.RenewAt && _issued.Authority != current.Superseded)
                return _svid;
            _issued = current.X509.Issue(_id, now, settings.Manifest.Lifetimes.X509Svid);
            // The one before is not disposed: a request may still use it, and it ends with that.
            _svid = X509Svid.Parse(_issued.Certificate, _issued.PrivateKey);
            _issued.Forget();
            return _svid;
        }
    }

    public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => trustDomain.Equals(trust.TrustDomain) ? trust.Current.X509Bundle : null;
}
