using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Tests.Tools;

/// <summary>Keeps what is audited; fails when told to.</summary>
internal sealed class RecordingAudit : IAuditLog
{
    public ConcurrentQueue<AuditEvent> Events { get; } = [];

    public Exception? Failure { get; set; }

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
            throw Failure;
        Events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
