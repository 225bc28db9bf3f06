using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Cli.Processes;

/// <summary>Loopback ports for one run: any free ones, or consecutive ones from a number that the user gives.</summary>
internal sealed class FreePorts
{
    private readonly Queue<int> _ports;

    private FreePorts(IEnumerable<int> ports) => _ports = new Queue<int>(ports);

    public int Next() => _ports.Dequeue();

    /// <summary>Takes <paramref name="count"/> ports that are free now. Another process can still take one before its child listens.</summary>
    /// <exception cref="MeshException">A port that the user asked for is in use.</exception>
    public static FreePorts Take(int count, int? first)
    {
        if (first is { } start && start + count - 1 > IPEndPoint.MaxPort)
            throw MeshException.BadInput($"--first-port {start}: {count} ports are needed, the last one would be over {IPEndPoint.MaxPort}.");

        var sockets = new List<Socket>(count);
        try
        {
            for (var i = 0; i < count; i++)
                sockets.Add(Bind(first + i));

            return new FreePorts([.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)]);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static Socket Bind(int? port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port ?? 0));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw MeshException.BadInput(
                $"port {port} on 127.0.0.1 cannot be used: {e.Message}. Choose another --first-port, or leave it out and free ports are picked.", e);
        }
    }
}
