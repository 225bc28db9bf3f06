using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Cli.Processes;

/// <summary>A Workload API that runs already, when the user names one: SPIRE's, for example.</summary>
internal static class ExistingWorkloadApi
{
    private const string Variable = "SPIFFE_ENDPOINT_SOCKET";

    /// <returns>Its address, or null when none is named and the embedded one is to be started.</returns>
    /// <exception cref="MeshException">The address is wrong, or nothing listens there.</exception>
    public static async Task<string?> FindAsync(string? option, CancellationToken cancellationToken)
    {
        var address = option ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(address))
            return null;

        var source = option is null ? Variable : "--workload-api";
        var endpoint = Parse(address)
            ?? throw MeshException.BadInput($"{source}={address} is no Workload API address; it is unix:///absolute/path or tcp://IP:port.");
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, endpoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
            await socket.ConnectAsync(endpoint, cancellationToken);
            return address;
        }
        catch (SocketException e)
        {
            throw MeshException.Unavailable($"no Workload API answers at {source}={address}: {e.Message}. Start SPIRE's agent, or unset it to use the embedded one.", e);
        }
    }

    private static EndPoint? Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return null;

        try
        {
            return uri.Scheme switch
            {
                "unix" when uri.Host.Length == 0 && uri.AbsolutePath.Length > 1 => new UnixDomainSocketEndPoint(uri.AbsolutePath),
                "tcp" when IPAddress.TryParse(uri.Host, out var ip) && uri.Port > 0 => new IPEndPoint(ip, uri.Port),
                _ => null,
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            // Longer than a Unix socket's path can be.
            return null;
        }
    }
}
