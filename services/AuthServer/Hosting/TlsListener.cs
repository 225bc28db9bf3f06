using System.Net;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// Listens where <c>urls</c> says. https is TLS 1.3 with this server's newest X509-SVID and an optional client certificate, which must
/// be an X509-SVID if there is one; http is loopback only and serves nothing but health.
/// </summary>
internal sealed partial class TlsListener(IConfiguration configuration, IX509SvidSource svids, IX509BundleSource bundles, TimeProvider time, ILogger<TlsListener> logger)
    : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>Connection item: the intermediates that the peer sent, <see cref="IReadOnlyList{X509Certificate2}"/>.</summary>
    public static readonly object IntermediatesKey = new();

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 64 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        foreach (var address in Addresses(configuration))
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

    /// <summary>The configured addresses.</summary>
    /// <exception cref="StartupException">One is no address this server would listen on.</exception>
    public static IReadOnlyList<Uri> Addresses(IConfiguration configuration)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey]
            ?? throw new StartupException("ASPNETCORE_URLS must be set, for example: https://127.0.0.1:7443;http://127.0.0.1:7080");
        return [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
    }

    private static Uri Parse(string url)
    {
        // Kestrel's wildcard hosts are no URI hosts.
        var text = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is neither an https nor an http address. Write for example: https://127.0.0.1:7443;http://127.0.0.1:7080");
        }
        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
        {
            throw new StartupException($"ASPNETCORE_URLS: {url} is plain http on an address that other machines reach. Only health is served over http, on a loopback address such as http://127.0.0.1:7080");
        }
        return uri;
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
        listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = handshake => new(ServerOptions(handshake)) });
    }

    private System.Net.Security.SslServerAuthenticationOptions ServerOptions(TlsHandshakeCallbackContext handshake)
    {
        var options = SpiffeTls.ServerOptions(svids, bundles, Authorize.AnyPeer(), clientCertificateRequired: false, time, LogPeerRefused);
        var validate = options.RemoteCertificateValidationCallback
            ?? throw new InvalidOperationException("SPIFFE TLS options always validate the peer.");
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            // Requests that come long after the handshake validate the chain again when the trust bundle has changed.
            if (chain is { ChainPolicy.ExtraStore.Count: > 0 })
            {
                handshake.Connection.Items[IntermediatesKey] = chain.ChainPolicy.ExtraStore.Select(sent => X509CertificateLoader.LoadCertificate(sent.RawDataMemory.Span)).ToArray();
            }
            return validate(sender, certificate, chain, errors);
        };
        return options;
    }

    [LoggerMessage(2001, LogLevel.Warning, "A client certificate was refused in the handshake: {Reason}")]
    private partial void LogPeerRefused(string reason);
}
