using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.Testing;

/// <summary>Keeps audit events for assertions.</summary>
public sealed class RecordedAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = [];

    public IReadOnlyCollection<AuditEvent> Events => _events;

    public AuditEvent Last => _events.LastOrDefault() ?? throw new InvalidOperationException("Nothing has been audited.");

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        _events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
