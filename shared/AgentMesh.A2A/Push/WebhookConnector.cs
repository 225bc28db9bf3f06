using System.Net;
using System.Net.Sockets;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// Connects to webhooks. Addresses are judged after name resolution and the connection is made to the very address that was judged,
/// so a name that resolves differently the second time gains nothing. No proxy, no redirect, no cookies.
/// </summary>
internal static class WebhookConnector
{
    public static SocketsHttpHandler CreateHandler(PushNotificationOptions options) => new()
    {
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, options, cancellationToken),
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = options.Timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 16,
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, PushNotificationOptions options, CancellationToken cancellationToken)
    {
        var resolved = IPAddress.TryParse(endPoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken).ConfigureAwait(false);
        var allowed = resolved.Where(address => NetworkPolicy.Allows(address, options)).ToArray();
        if (allowed.Length == 0)
            throw new WebhookBlockedException(endPoint.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook's host has no address that may be connected to.</summary>
internal sealed class WebhookBlockedException(string host)
    : Exception($"{host} resolves to loopback, link-local, private or reserved addresses only; A2AServerOptions.Push.AllowedNetworks can allow them.");
