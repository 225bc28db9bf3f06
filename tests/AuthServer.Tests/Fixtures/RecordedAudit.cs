using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>Keeps audit events for assertions.</summary>
internal sealed class RecordedAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = [];

    public IReadOnlyCollection<AuditEvent> Events => _events;

    public AuditEvent Last => _events.Last();

    /// <summary>What every attempt to write throws; null when writing works.</summary>
    public Exception? Failure { get; set; }

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
        {
            throw Failure;
        }
        _events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
