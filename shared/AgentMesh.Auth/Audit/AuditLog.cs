using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Writes each event to the journal, when there is one, and to the log with the same content. Refusals of callers who proved nothing have a
/// quota (<see cref="StrangerQuota"/>).
/// </summary>
internal sealed partial class AuditLog : IAuditLog, IAsyncDisposable
{
    private readonly AuditJournal? _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StrangerQuota _strangers;

    public AuditLog(AuditJournal? journal, ILogger<AuditLog> logger, TimeProvider? time = null)
    {
        (_journal, _logger, _time) = (journal, logger, time ?? TimeProvider.System);
        _strangers = new StrangerQuota(_time, RecordAsync);
    }

    /// <summary>The journal behind this log; null: the log alone.</summary>
    public AuditJournal? Journal => _journal;

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        if (auditEvent is { Decision: "deny", Authentication: "none" } && !_strangers.TryTake(auditEvent))
            return ValueTask.CompletedTask;
        return WriteUncountedAsync(auditEvent, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _strangers.DisposeAsync().ConfigureAwait(false);
        if (_journal is not null)
            await _journal.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask WriteUncountedAsync(AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        Log(auditEvent);
        return _journal?.WriteAsync(auditEvent, cancellationToken) ?? ValueTask.CompletedTask;
    }

    private async Task RecordAsync(StrangerCount counted)
    {
        try
        {
            await WriteUncountedAsync(
                new AuditEvent
                {
                    Kind = "journal",
                    Time = _time.GetUtcNow(),
                    Party = counted.Party,
                    Callee = counted.Party,
                    Action = string.Create(CultureInfo.InvariantCulture, $"count: {counted.Refusals} more refusals of callers who proved nothing, from {counted.Since.UtcDateTime:O} on"),
                    Authentication = "none",
                    Decision = "deny",
                    Reason = "not_recorded_singly",
                    PolicyVersion = counted.PolicyVersion,
                    Remediation = "refused",
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (AuditException exception)
        {
            LogUncounted(exception, counted.Refusals);
        }
    }

    private void Log(AuditEvent e)
    {
        var level = e.Decision == "deny" ? LogLevel.Warning : LogLevel.Information;
        if (!_logger.IsEnabled(level))
            return;
        LogEvent(level, e.Kind, e.Decision, e.Reason, e.Caller, e.Subject, e.Actors is { Count: > 0 } a ? string.Join(' ', a) : null, e.Callee, e.Action,
            e.Scopes, e.Authentication, e.TransactionId, e.TokenId, e.TraceId, e.SpanId, e.DurationMs, e.PolicyVersion, e.Posture, e.Risk, e.Remediation, e.Cause, e.Party, e.Time);
    }

    [LoggerMessage(1502, LogLevel.Error, "{Refusals} refusals of callers who proved nothing could not be recorded.")]
    private partial void LogUncounted(Exception exception, long refusals);

    [LoggerMessage(EventId = 1501, Message = "{Kind}: {Decision} ({Reason}) {Caller} for {Subject} via [{Actors}] to {Callee}: {Action} [{Scopes}] by {Authentication}, txn {TransactionId}, jti {TokenId}, "
        + "trace {TraceId}/{SpanId}, {DurationMs} ms, policy {PolicyVersion}, posture {Posture}, risk {Risk}, remediation {Remediation}, cause {Cause}, decided by {Party} at {Time:O}")]
    private partial void LogEvent(LogLevel level, string kind, string decision, string? reason, string? caller, string? subject, string? actors, string? callee, string? action,
        string? scopes, string? authentication, string? transactionId, string? tokenId, string? traceId, string? spanId, double? durationMs, string? policyVersion, string? posture, string? risk, string? remediation, string? cause, string party, DateTimeOffset time);
}
