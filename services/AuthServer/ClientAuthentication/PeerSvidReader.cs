using System.Diagnostics.CodeAnalysis;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Connections.Features;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>
/// Reads the peer's X509-SVID from the connection: never from a header. A connection outlives its SVID and may outlive a trust
/// bundle, so each request checks the expiry and that the bundle is still the one the certificate was validated with; the chain
/// itself is built once a connection and bundle.
/// </summary>
internal sealed class PeerSvidReader(IX509BundleSource bundles, TimeProvider time)
{
    /// <returns>False with an error when there is a certificate but it does not authenticate anybody now; without one when there is none.</returns>
    public bool TryRead(HttpContext http, [NotNullWhen(true)] out PeerSvid? peer, out string? error)
    {
        (peer, error) = (null, null);
        if (http.Connection.ClientCertificate is not { } certificate)
        {
            return false;
        }

        var connection = Connection(http);
        if (connection?.Validated is { } known)
        {
            if (time.GetUtcNow() >= known.NotAfter)
            {
                error = "the X509-SVID on this connection has expired";
                return false;
            }
            if (ReferenceEquals(bundles.FindX509Bundle(known.Id.TrustDomain), known.Bundle))
            {
                peer = known;
                return true;
            }
        }

        var used = new UsedBundle(bundles);
        var validation = X509SvidValidator.Validate(certificate, connection?.Intermediates ?? [], used, time.GetUtcNow());
        if (validation is not { IsValid: true, Id: { } id } || used.Bundle is not { } bundle)
        {
            error = validation.Error ?? "its trust domain is not trusted";
            return false;
        }
        peer = new PeerSvid(id, certificate, bundle);
        if (connection is not null)
        {
            connection.Validated = peer;
        }
        return true;
    }

    /// <summary>Remembers which bundle a certificate was validated with: the source may have a newer one by the time it is asked again.</summary>
    private sealed class UsedBundle(IX509BundleSource bundles) : IX509BundleSource
    {
        public X509Bundle? Bundle { get; private set; }

        public X509Bundle? FindX509Bundle(TrustDomain trustDomain) => Bundle = bundles.FindX509Bundle(trustDomain);
    }

    private static ConnectionSvid? Connection(HttpContext http) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(ConnectionSvid.Key, out var value) == true ? value as ConnectionSvid : null;
}
