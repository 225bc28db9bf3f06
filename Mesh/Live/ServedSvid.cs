using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;

namespace AgentMesh.Cli.Live;

/// <summary>The X509-SVID that a party serves with, as its own handshake shows it.</summary>
/// <param name="Peer">Whom the handshake proved; null when it did not come about.</param>
/// <param name="Date">The party's clock, from its answer; null when it gave none.</param>
/// <param name="Failure">Why there is no SVID, in words.</param>
internal sealed record ServedSvid(string Name, SpiffePeer? Peer, DateTimeOffset? Date, string? Failure)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>When this process looked, by its own clock.</summary>
    public DateTimeOffset ReadAt { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Connects with mutual TLS and looks.</summary>
    public static async Task<ServedSvid> ReadAsync(Party party, Uri address, SpiffeSource source, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        SpiffePeer? peer = null;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Host, address.Port, timeout.Token);
            await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(SpiffeTls.ClientOptions(source.GetX509Svid(), source, Authorize.Id(SpiffeId.Parse(party.SpiffeId)), onAccepted: accepted => peer = accepted), timeout.Token);
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /.well-known/oauth-protected-resource HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), timeout.Token);
            return new ServedSvid(party.Name, peer, await ReadDateAsync(tls, timeout.Token), null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ServedSvid(party.Name, peer, null, (e.InnerException ?? e).Message);
        }
    }

    /// <summary>All agents and the authorization server.</summary>
    public static async Task<IReadOnlyList<ServedSvid>> ReadAllAsync(Demo.RunningMesh mesh, SpiffeSource source, CancellationToken cancellationToken) =>
        await Task.WhenAll(mesh.Manifest.Agents.Values.Select(agent => (Party: agent, Address: mesh.Agents[agent.Name]))
            .Prepend((mesh.Manifest.Services["auth-server"], mesh.Issuer))
            .Select(at => ReadAsync(at.Item1, at.Item2, source, cancellationToken)));

    private static async Task<DateTimeOffset?> ReadDateAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } header)
        {
            if (header.StartsWith("Date:", StringComparison.OrdinalIgnoreCase)
                && DateTimeOffset.TryParse(header.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture, out var date))
            {
                return date;
            }
        }
        return null;
    }
}
