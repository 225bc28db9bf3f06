using System.Net;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Has Kestrel listen with SPIFFE mTLS, and within limits that keep one peer from starving the others.</summary>
internal sealed partial class AgentKestrelSetup(IConfiguration configuration, IOptions<AgentServerOptions> server, MeshIdentity identity,
    IX509BundleSource bundles, RefusedConnections refused, TimeProvider time, ILogger<AgentKestrelSetup> logger) : IConfigureOptions<KestrelServerOptions>
{
    private readonly AgentServerOptions _server = server.Value;

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = _server.MaxRequestBodyBytes;
        options.Limits.MaxRequestHeadersTotalSize = _server.MaxRequestHeaderBytes;
        options.Limits.MaxConcurrentConnections = _server.MaxConnections;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        options.Limits.Http2.MaxStreamsPerConnection = _server.MaxStreamsPerConnection;
        options.Limits.Http2.MaxRequestHeaderFieldSize = _server.MaxRequestHeaderBytes;

        var addresses = ListenAddresses.Read(configuration, _server.AllowPlainHealth);
        // Kestrel listens here and nowhere else; what is left in `urls` would only be warned about.
        configuration[WebHostDefaults.ServerUrlsKey] = null;
        foreach (var address in addresses.MutualTls)
            Listen(options, address, UseMutualTls);
        foreach (var address in addresses.Plain)
            Listen(options, address, static listen => listen.Protocols = HttpProtocols.Http1);
    }

    private void UseMutualTls(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = _server.HandshakeTimeout,
            OnConnection = context =>
            {
                var peer = new PeerConnection();
                context.Connection.Features.Set(peer);
                var tls = SpiffeTls.ServerOptions(identity, bundles, Authorize.AnyPeer(), clientCertificateRequired: true, time, Refused, peer.Accept);
                tls.RemoteCertificateValidationCallback = peer.Remember(tls.RemoteCertificateValidationCallback!);
                return ValueTask.FromResult(tls);
            },
        });
    }

    private void Refused(string reason)
    {
        LogRefused(reason);
        refused.Record(identity.Id.ToString(), identity.Manifest.Version);
    }

    private static void Listen(KestrelServerOptions options, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && address.Port != 0)
            options.ListenLocalhost(address.Port, configure);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            options.Listen(IPAddress.Loopback, 0, configure);
        else if (IPAddress.TryParse(address.Host.AsSpan().Trim("[]"), out var ip))
            options.Listen(ip, address.Port, configure);
        else
            options.ListenAnyIP(address.Port, configure);
    }

    [LoggerMessage(2001, LogLevel.Warning, "Refused a connection: {Reason}")]
    private partial void LogRefused(string reason);
}
