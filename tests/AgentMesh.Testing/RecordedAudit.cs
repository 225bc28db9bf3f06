using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.Testing;

/// <summary>Keeps audit events for assertions.</summary>
public sealed class RecordedAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = [];
    private volatile TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<AuditEvent> Events => _events;

    public AuditEvent Last => _events.LastOrDefault() ?? throw new InvalidOperationException("Nothing has been audited.");

    /// <summary>What every attempt to write throws; null when writing works.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Waits for an event by the log's own word, for as long as the caller has patience.</summary>
    public async Task<AuditEvent> WaitForAsync(Func<AuditEvent, bool> wanted, CancellationToken patience)
    {
        while (true)
        {
            var written = _written.Task;
            if (_events.FirstOrDefault(wanted) is { } found)
                return found;
            await written.WaitAsync(patience);
        }
    }

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
            throw Failure;
        _events.Enqueue(auditEvent);
        Interlocked.Exchange(ref _written, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return ValueTask.CompletedTask;
    }
}
