using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Testing;

/// <summary>
/// Loopback ports for servers that are processes of their own and have to be told one. They lie below what systems give to outgoing connections, any of which
/// could take the port before the server listens; each test process begins elsewhere and takes none twice.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 20_000;
    private const int Stride = 128;

    private static int _next = Environment.ProcessId * Stride % Count;

    /// <summary>A port that nobody listens on.</summary>
    /// <exception cref="InvalidOperationException">All are in use.</exception>
    public static int Take()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
        throw new InvalidOperationException($"None of {Count} ports from {First} is free.");
    }
}
