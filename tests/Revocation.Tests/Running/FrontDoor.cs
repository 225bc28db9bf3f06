using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Revocation.Tests.Running;

/// <summary>
/// The address that the mesh knows its authorization server by: a TCP forwarder, as a cluster's service is, to the first instance that
/// accepts. It can also be made to hang or to talk nonsense, as a broken network does.
/// </summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Task _accepting;

    public FrontDoor()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public enum Mode
    {
        Forward,
        Hang,
        Nonsense,
    }

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Where connections go, tried in this order.</summary>
    public IReadOnlyList<Uri> Instances { get; set; } = [];

    public Mode Doing { get; private set; }

    /// <summary>Changes what happens to connections, those that are open included.</summary>
    public void Do(Mode mode)
    {
        Doing = mode;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Do(Mode.Hang);
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                client.NoDelay = true;
                _open[client] = true;
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            switch (Doing)
            {
                case Mode.Hang:
                    await Task.Delay(Timeout.Infinite, _stopping.Token);
                    break;
                case Mode.Nonsense:
                    await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"access_token\":\"x\",\"sets\":{},\"keys\":[]}"u8.ToArray(), _stopping.Token);
                    break;
                default:
                    using (var server = await ConnectAsync())
                    {
                        _open[server] = true;
                        await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
                        _open.TryRemove(server, out _);
                    }
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // One of the two has gone.
        }
        finally
        {
            _open.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        foreach (var instance in Instances)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, instance.Port, _stopping.Token);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }
        throw new IOException("No instance accepts.");
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _stopping.Token)) > 0)
            await to.SendAsync(buffer.AsMemory(0, read), _stopping.Token);
    }
}
