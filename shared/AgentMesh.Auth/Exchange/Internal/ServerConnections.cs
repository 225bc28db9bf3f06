using System.Net.Security;
using System.Security.Authentication;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>Makes the connections to the authorization server: with this party's X509-SVID, or without any client certificate.</summary>
internal static class ServerConnections
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public static HttpMessageHandler Create(ClientAuthentication authentication, ServerTrust trust, MeshIdentity identity, IX509BundleSource bundles, SpiffeId server,
        TimeProvider time, Action<string> onRefused) => authentication == ClientAuthentication.X509
        ? SpiffeTls.CreateHandler(identity, bundles, Authorize.Id(server), time, onRefused)
        : new SocketsHttpHandler
        {
            SslOptions = trust == ServerTrust.Spiffe
                ? SpiffeTls.AnonymousClientOptions(bundles, Authorize.Id(server), time, onRefused)
                : new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, AllowTlsResume = false, AllowRenegotiation = false },
            PooledConnectionLifetime = Lifetime,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // An assertion goes to the issuer's address and nowhere else.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        };
}
