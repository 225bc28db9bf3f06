using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>Writes each event to the journal, when there is one, and to the log with the same content.</summary>
internal sealed partial class AuditLog(AuditJournal? journal, bool failClosed, ILogger<AuditLog> logger) : IAuditLog, IAsyncDisposable
{
    /// <summary>The journal behind this log; null: the log alone.</summary>
    public AuditJournal? Journal => journal;

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        Log(auditEvent);
        return journal is null ? ValueTask.CompletedTask
            : failClosed ? journal.WriteAsync(auditEvent, cancellationToken)
            : TryWriteAsync(journal, auditEvent, cancellationToken);
    }

    public ValueTask DisposeAsync() => journal?.DisposeAsync() ?? ValueTask.CompletedTask;

    // The journal itself reports the failure.
    private static async ValueTask TryWriteAsync(AuditJournal journal, AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        try
        {
            await journal.WriteAsync(auditEvent, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditException)
        {
        }
    }

    private void Log(AuditEvent e)
    {
        var level = e.Decision == "deny" ? LogLevel.Warning : LogLevel.Information;
        if (!logger.IsEnabled(level))
            return;
        LogEvent(level, e.Kind, e.Decision, e.Reason, e.Caller, e.Subject, e.Actors is { Count: > 0 } a ? string.Join(' ', a) : null, e.Callee, e.Action,
            e.Scopes, e.Authentication, e.TransactionId, e.TokenId, e.TraceId, e.SpanId, e.DurationMs, e.PolicyVersion, e.Posture, e.Risk, e.Remediation, e.Cause, e.Party, e.Time);
    }

    [LoggerMessage(EventId = 1501, Message = "{Kind}: {Decision} ({Reason}) {Caller} for {Subject} via [{Actors}] to {Callee}: {Action} [{Scopes}] by {Authentication}, txn {TransactionId}, jti {TokenId}, "
        + "trace {TraceId}/{SpanId}, {DurationMs} ms, policy {PolicyVersion}, posture {Posture}, risk {Risk}, remediation {Remediation}, cause {Cause}, decided by {Party} at {Time:O}")]
    private partial void LogEvent(LogLevel level, string kind, string decision, string? reason, string? caller, string? subject, string? actors, string? callee, string? action,
        string? scopes, string? authentication, string? transactionId, string? tokenId, string? traceId, string? spanId, double? durationMs, string? policyVersion, string? posture, string? risk, string? remediation, string? cause, string party, DateTimeOffset time);
}
