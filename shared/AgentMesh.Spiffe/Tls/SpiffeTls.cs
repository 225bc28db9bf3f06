using System.Net.Security;
using System.Security.Authentication;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>
/// Mutual TLS between workloads: TLS 1.3, SVIDs on both sides, the peer verified by its SPIFFE ID and nothing else.
/// A rotated SVID or bundle is used from the next connection on, without a restart.
/// </summary>
/// <remarks>
/// Sessions are never resumed (a resumed one can skip the peer's validation) and nothing is fetched from the network
/// while validating. A refused peer ends the handshake; the reason goes to <c>onRefused</c>, never to the peer.
/// </remarks>
public static class SpiffeTls
{
    /// <summary>Options for one incoming connection: for Kestrel's <c>TlsHandshakeCallbackOptions.OnConnection</c> and for <see cref="SslStream"/>.</summary>
    /// <param name="svids">The server's own identity; asked on every call.</param>
    /// <param name="bundles">What verifies clients.</param>
    /// <param name="authorize">Which clients may connect.</param>
    /// <param name="clientCertificateRequired">False lets clients without a certificate in; one that is sent is verified all the same.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="onRefused">Told why a client was refused.</param>
    /// <param name="onAccepted">Told who the client is, before the first request; remember it for per-request checks.</param>
    /// <exception cref="AuthenticationException">There is no SVID to serve with.</exception>
    public static SslServerAuthenticationOptions ServerOptions(
        IX509SvidSource svids,
        IX509BundleSource bundles,
        SpiffePeerAuthorizer authorize,
        bool clientCertificateRequired = true,
        TimeProvider? time = null,
        Action<string>? onRefused = null,
        Action<SpiffePeer>? onAccepted = null)
    {
        ArgumentNullException.ThrowIfNull(svids);
        var verification = new PeerVerification(bundles, authorize, time ?? TimeProvider.System)
        {
            Optional = !clientCertificateRequired,
            Refused = onRefused,
            Accepted = onAccepted,
        };
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = svids.GetX509Svid().TlsContext,
            // True even when optional: it only makes the server ask, the callback decides.
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = verification.Verify,
            CertificateChainPolicy = verification.PlatformPolicy(),
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    /// <summary>Options for one outgoing connection, for <see cref="SslStream"/>; HTTP clients use <see cref="CreateHandler"/>.</summary>
    /// <param name="svid">The client's own identity on this connection.</param>
    /// <param name="bundles">What verifies the server.</param>
    /// <param name="authorize">Which server is expected.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="onRefused">Told why the server was refused.</param>
    /// <param name="onAccepted">Told who the server is.</param>
    public static SslClientAuthenticationOptions ClientOptions(
        X509Svid svid,
        IX509BundleSource bundles,
        SpiffePeerAuthorizer authorize,
        TimeProvider? time = null,
        Action<string>? onRefused = null,
        Action<SpiffePeer>? onAccepted = null)
    {
        ArgumentNullException.ThrowIfNull(svid);
        var verification = new PeerVerification(bundles, authorize, time ?? TimeProvider.System) { Refused = onRefused, Accepted = onAccepted };
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = svid.TlsContext,
            RemoteCertificateValidationCallback = verification.Verify,
            CertificateChainPolicy = verification.PlatformPolicy(),
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    /// <summary>Options for outgoing connections on which the server proves itself and the client does not: it has to do so in another way.</summary>
    /// <param name="bundles">What verifies the server.</param>
    /// <param name="authorize">Which server is expected.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="onRefused">Told why the server was refused.</param>
    public static SslClientAuthenticationOptions AnonymousClientOptions(
        IX509BundleSource bundles,
        SpiffePeerAuthorizer authorize,
        TimeProvider? time = null,
        Action<string>? onRefused = null)
    {
        var verification = new PeerVerification(bundles, authorize, time ?? TimeProvider.System) { Refused = onRefused };
        return new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = verification.Verify,
            CertificateChainPolicy = verification.PlatformPolicy(),
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    /// <summary>
    /// A handler for <see cref="HttpClient"/> whose connections use the newest SVID. <c>https</c> only; no redirects, no proxy, no cookies.
    /// </summary>
    /// <param name="svids">The client's own identity; asked for every request.</param>
    /// <param name="bundles">What verifies servers.</param>
    /// <param name="authorize">Which servers may be talked to; the host name plays no part.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="onRefused">Told why a server was refused.</param>
    /// <returns>A handler that follows rotation by itself: keep it for the life of the process.</returns>
    public static SpiffeHttpHandler CreateHandler(
        IX509SvidSource svids,
        IX509BundleSource bundles,
        SpiffePeerAuthorizer authorize,
        TimeProvider? time = null,
        Action<string>? onRefused = null) => new(svids, bundles, authorize, time, onRefused);
}
