using System.Collections.Concurrent;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Builder;

namespace AgentMesh.A2A.Mesh.Tests.Mesh;

/// <summary>An agent in this process, on a socket of its own.</summary>
internal sealed class RunningAgent(WebApplication app, string name, Uri address, RecordedAudit audit) : IAsyncDisposable
{
    private bool _disposed;

    public string Name => name;

    public Uri Address => address;

    public RecordedAudit Audit => audit;

    public IServiceProvider Services => app.Services;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>An audit log that the test reads.</summary>
internal sealed class RecordedAudit : IAuditLog
{
    public ConcurrentQueue<AuditEvent> Events { get; } = new();

    public IEnumerable<string> Denied => Events.Where(each => each.Decision == "deny").Select(each => $"{each.Caller} {each.Action} {each.Reason}");

    public ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        Events.Enqueue(auditEvent);
        return ValueTask.CompletedTask;
    }
}
