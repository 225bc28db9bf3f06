using System.Net.Security;
using System.Net.Sockets;

namespace AgentMesh.Spiffe.Internal;

/// <summary>Opens TLS connections that are authenticated with one given SVID.</summary>
internal sealed class SvidConnector(IX509BundleSource bundles, SpiffePeerAuthorizer authorize, TimeProvider time, Action<string>? onRefused)
{
    // Bounds how long a peer is believed without a new handshake, and how long an old address is used.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    public TimeProvider Time => time;

    public SocketsHttpHandler CreateHandler(X509Svid svid) => new()
    {
        ConnectCallback = (context, cancellation) => ConnectAsync(svid, context, cancellation),
        PooledConnectionLifetime = ConnectionLifetime,
        PooledConnectionIdleTimeout = IdleTimeout,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        // Each of these would send a request somewhere else, or with more, than the caller authenticated for.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        PreAuthenticate = false,
    };

    // SocketsHttpHandler takes a stream that already is an SslStream as the secure one: it adds no TLS of its own
    // and reads the negotiated protocol from it.
    private async ValueTask<Stream> ConnectAsync(X509Svid svid, SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SvidStream? stream = null;
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            stream = new SvidStream(new NetworkStream(socket, ownsSocket: true), svid, time);
            await stream.AuthenticateAsClientAsync(Options(svid, context, stream), cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Options(X509Svid svid, SocketsHttpConnectionContext context, SvidStream stream)
    {
        var options = SpiffeTls.ClientOptions(svid, bundles, authorize, time, onRefused, peer => stream.Peer = peer);
        options.TargetHost = context.DnsEndPoint.Host;
        var request = context.InitialRequestMessage;
        var http2 = request.Version.Major >= 2 || request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher;
        var onlyHttp2 = request.Version.Major >= 2 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower;
        options.ApplicationProtocols = (http2, onlyHttp2) switch
        {
            (false, _) => [SslApplicationProtocol.Http11],
            (_, true) => [SslApplicationProtocol.Http2],
            _ => [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        return options;
    }
}
