using AgentMesh.AuthServer.Audit.Storage;
using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>Before the first connection is accepted: schema, signing keys and everything that is revoked.</summary>
internal sealed class StateLoader(AuthDatabase database, LedgerDatabase ledger, KeyRotation rotation, SecurityEventLog events) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(database.MigrateAsync(cancellationToken), ledger.MigrateAsync(cancellationToken));
        await rotation.RotateAsync(cancellationToken);
        await events.FollowAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
