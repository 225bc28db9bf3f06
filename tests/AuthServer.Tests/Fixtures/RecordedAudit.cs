using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.AuthServer.Tests.Fixtures;

/// <summary>Keeps audit events for assertions.</summary>
internal sealed class RecordedAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = [];

    public IReadOnlyCollection<AuditEvent> Events => _events;

    public AuditEvent Last => _events.Last();

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        _events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
