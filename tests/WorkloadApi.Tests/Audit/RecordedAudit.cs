using System.Collections.Concurrent;
using AgentMesh.Auth;

namespace AgentMesh.WorkloadApi.Tests.Audit;

/// <summary>Keeps events for assertions, and fails when the test says so.</summary>
internal sealed class RecordedAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _events = [];

    public IReadOnlyCollection<AuditEvent> Events => _events;

    public bool Fails { get; set; }

    /// <summary>Records wait for this before they are durable.</summary>
    public Task Durable { get; set; } = Task.CompletedTask;

    public async ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (Fails)
            throw new AuditException("The disk is full.");
        _events.Enqueue(auditEvent);
        await Durable;
    }
}
