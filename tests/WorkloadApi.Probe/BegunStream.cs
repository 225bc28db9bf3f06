using System.Net.Sockets;

namespace AgentMesh.WorkloadApi.Probe;

/// <summary>An HTTP/2 connection on which somebody else has said the client's first words: leaves them out.</summary>
internal sealed class BegunStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private int _left = Preface.Length;

    /// <summary>RFC 9113 §3.4.</summary>
    public static byte[] Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var said = Math.Min(_left, buffer.Length);
        _left -= said;
        return base.WriteAsync(buffer[said..], cancellationToken);
    }
}
