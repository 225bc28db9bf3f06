using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace AgentMesh.Cli.Attacks;

/// <summary>Somebody without an SVID opens a connection and sends a request.</summary>
internal sealed class NoCertificate(string agent, Uri address) : IAttack
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async Task<AttackResult> RunAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var received = await TryAsync(timeout.Token);
            return received.Length == 0
                ? Result(refused: true, "TLS connection ended by the agent when no certificate came, without an HTTP answer")
                : Result(refused: false, $"the agent answered: {received}");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return Result(refused: true, $"TLS handshake refused: {(e.InnerException ?? e).Message}");
        }
        catch (SocketException e)
        {
            return Result(refused: false, $"could not connect, so nothing is shown: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Result(refused: false, "neither refused nor answered within 5 s");
        }
    }

    private AttackResult Result(bool refused, string evidence) => new("no certificate", agent, refused, evidence);

    /// <summary>In TLS 1.3 the client's half of the handshake ends before the server has judged it: the verdict comes with the first read.</summary>
    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "The attacker does not care whom it talks to, and sends no secret.")]
    private async Task<string> TryAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            cancellationToken);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), cancellationToken);

        var buffer = new byte[256];
        var read = await tls.ReadAsync(buffer, cancellationToken);
        return Encoding.ASCII.GetString(buffer, 0, read).Split('\r')[0];
    }
}
