using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Puts connections that ended in the handshake on record: nothing was asked, but somebody without an identity of this mesh was there.
/// A flood of them does not become a flood of records: at most <see cref="PerSecond"/> a second are written, and all are logged.
/// </summary>
public sealed partial class RefusedConnections
{
    /// <summary>Most records in one second.</summary>
    public const int PerSecond = 10;

    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _second;
    private int _written;

    /// <summary>Writes to one audit log.</summary>
    /// <param name="audit">Where the records go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when a record cannot be written: there is no answer that could be held back instead.</param>
    public RefusedConnections(IAuditLog audit, TimeProvider time, ILogger<RefusedConnections> logger) => (_audit, _time, _logger) = (audit, time, logger);

    /// <summary>Records one refused connection. Never throws and never waits: the handshake that calls it is already over.</summary>
    /// <param name="party">SPIFFE ID of who refused it.</param>
    /// <param name="policyVersion">Version of the manifest in force.</param>
    public void Record(string party, string policyVersion)
    {
        var now = _time.GetUtcNow();
        if (IsFlood(now))
            return;
        _ = WriteAsync(new AuditEvent
        {
            Kind = "connection",
            Time = now,
            Party = party,
            Callee = party,
            Action = "tls-handshake",
            Authentication = "none",
            Decision = "deny",
            Reason = "peer_refused",
            PolicyVersion = policyVersion,
            Remediation = "connection_closed",
        });
    }

    private bool IsFlood(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        lock (_gate)
        {
            if (second != _second)
                (_second, _written) = (second, 0);
            return ++_written > PerSecond;
        }
    }

    private async Task WriteAsync(AuditEvent refused)
    {
        try
        {
            await _audit.WriteAsync(refused).ConfigureAwait(false);
        }
        catch (AuditException exception)
        {
            LogUnwritten(exception);
        }
    }

    [LoggerMessage(1510, LogLevel.Error, "A refused connection could not be recorded.")]
    private partial void LogUnwritten(Exception exception);
}
