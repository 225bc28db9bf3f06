using System.Net;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Auth;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// Listens where <c>urls</c> says. https is TLS 1.3 with this server's newest X509-SVID and an optional client certificate, which must
/// be an X509-SVID if there is one; http is loopback only and serves nothing but health.
/// </summary>
internal sealed partial class TlsListener(ListenAddresses addresses, IX509SvidSource svids, IX509BundleSource bundles, RefusedConnections refused, MeshManifest manifest, IOptions<AuthServerOptions> settings, TimeProvider time, ILogger<TlsListener> logger)
    : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 64 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.MaxConcurrentConnections = settings.Value.MaxConnections;

        foreach (var address in addresses.All)
        {
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                Listen(options, address, Secure);
            }
            else
            {
                Listen(options, address, listener => listener.Protocols = HttpProtocols.Http1);
            }
        }
    }

    private static void Listen(KestrelServerOptions options, Uri address, Action<ListenOptions> configure)
    {
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            options.Listen(ip, address.Port, configure);
        }
        else if (address.IsLoopback)
        {
            options.ListenLocalhost(address.Port, configure);
        }
        else
        {
            options.ListenAnyIP(address.Port, configure);
        }
    }

    private void Secure(ListenOptions listener)
    {
        listener.Protocols = HttpProtocols.Http1AndHttp2;
        listener.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = TimeSpan.FromSeconds(5), OnConnection = handshake => new(ServerOptions(handshake)) });
    }

    private System.Net.Security.SslServerAuthenticationOptions ServerOptions(TlsHandshakeCallbackContext handshake)
    {
        var options = SpiffeTls.ServerOptions(svids, bundles, Authorize.AnyPeer(), clientCertificateRequired: false, time, Refused);
        var validate = options.RemoteCertificateValidationCallback
            ?? throw new InvalidOperationException("SPIFFE TLS options always validate the peer.");
        var connection = new ConnectionSvid();
        handshake.Connection.Items[ConnectionSvid.Key] = connection;
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            if (chain is { ChainPolicy.ExtraStore.Count: > 0 })
            {
                connection.Intermediates = [.. chain.ChainPolicy.ExtraStore.Select(sent => X509CertificateLoader.LoadCertificate(sent.RawDataMemory.Span))];
            }
            return validate(sender, certificate, chain, errors);
        };
        return options;
    }

    private void Refused(string reason)
    {
        LogPeerRefused(reason);
        refused.Record(manifest.Services["auth-server"].SpiffeId, manifest.Version);
    }

    [LoggerMessage(2001, LogLevel.Warning, "A client certificate was refused in the handshake: {Reason}")]
    private partial void LogPeerRefused(string reason);
}
