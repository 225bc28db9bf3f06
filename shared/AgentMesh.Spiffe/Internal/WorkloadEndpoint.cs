using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The address of a Workload API (Workload Endpoint §4): <c>unix:///absolute/path</c> or <c>tcp://IP:port</c>, and nothing else.</summary>
internal sealed class WorkloadEndpoint
{
    // sun_path is 108 bytes on Linux (104 on macOS), the last one a zero.
    private const int MaxUnixPath = 107;

    private readonly string _text;
    private readonly EndPoint _endPoint;

    private WorkloadEndpoint(string text, EndPoint endPoint)
    {
        _text = text;
        _endPoint = endPoint;
    }

    public override string ToString() => _text;

    /// <exception cref="InvalidOperationException">Not set, or not such an address; names the setting and the fix.</exception>
    public static WorkloadEndpoint Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            throw new InvalidOperationException(
                "The address of the SPIFFE Workload API is not set. Set the environment variable SPIFFE_ENDPOINT_SOCKET "
                + "(or WorkloadApiClientOptions.EndpointSocket) to unix:///absolute/path or tcp://IP:port.");
        var endPoint = Parse(text, out var error);
        return endPoint is not null
            ? new WorkloadEndpoint(text, endPoint)
            : throw new InvalidOperationException($"SPIFFE_ENDPOINT_SOCKET is '{text}', but {error}. Use unix:///absolute/path or tcp://IP:port.");
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        var socket = _endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(_endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_endPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static EndPoint? Parse(string text, out string? error)
    {
        if (text.AsSpan().IndexOfAny('?', '#') >= 0)
            return Refuse("it has a query or fragment", out error);
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            return ParseUnix(text["unix:".Length..], out error);
        return text.StartsWith("tcp://", StringComparison.Ordinal)
            ? ParseTcp(text["tcp://".Length..], out error)
            : Refuse("its scheme is neither unix nor tcp", out error);
    }

    private static UnixDomainSocketEndPoint? ParseUnix(string rest, out string? error)
    {
        var path = rest;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            path = rest[2..];
            if (!path.StartsWith('/'))
            {
                error = "a unix address has no authority (three slashes before the path)";
                return null;
            }
        }
        path = Uri.UnescapeDataString(path);
        error = path switch
        {
            _ when !path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) => "the path of the socket is not absolute",
            "/" => "it names no socket",
            _ when path.Contains('\0', StringComparison.Ordinal) => "the path of the socket has a zero character",
            _ when Encoding.UTF8.GetByteCount(path) > MaxUnixPath => $"the path of the socket is longer than {MaxUnixPath} bytes, which is what the system allows",
            _ => null,
        };
        return error is null ? new UnixDomainSocketEndPoint(path) : null;
    }

    private static IPEndPoint? ParseTcp(string authority, out string? error)
    {
        error = authority.Contains('/', StringComparison.Ordinal) ? "a tcp address has no path"
            : authority.Contains('@', StringComparison.Ordinal) ? "it has user information" : null;
        if (error is not null)
            return null;
        // IPEndPoint.Parse alone would take '1:80' for 0.0.0.1 and an address without a port for port 0.
        var colon = authority.LastIndexOf(':');
        var host = colon < 0 ? authority : authority[..colon];
        var isLiteral = host.StartsWith('[') ? host.EndsWith(']') : host.Count(static c => c == '.') == 3;
        if (!isLiteral || !IPAddress.TryParse(host.Trim('[', ']'), out var address))
            error = "its host is not an IP address";
        else if (colon < 0 || !ushort.TryParse(authority.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port) || port == 0)
            error = "it has no port";
        else
            return new IPEndPoint(address, port);
        return null;
    }

    private static EndPoint? Refuse(string reason, out string? error)
    {
        error = reason;
        return null;
    }
}
