using AgentMesh.AuthServer.Events;
using Grpc.Core;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// Keeps the Workload API in step with who is disabled here: at once when somebody is disabled or enabled, and within a second after
/// either side has started again. This server's log of security events is the truth; the Workload API keeps no state of its own.
/// </summary>
internal sealed partial class SvidReconciler(WorkloadAdmin admin, RevocationList revocations, SecurityEventLog log, EventFeed feed, TimeProvider time, ILogger<SvidReconciler> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Taken before the state is read, so that no change falls between.
            var next = feed.Next;
            await TryReconcileAsync(stoppingToken);
            await Task.WhenAny(next, Task.Delay(LookAgain, time, stoppingToken));
        }
    }

    private async Task TryReconcileAsync(CancellationToken stoppingToken)
    {
        // Whoever does not know what the other instances did must not undo it.
        if (log.IsBehind)
        {
            return;
        }
        try
        {
            foreach (var entry in await admin.ListAsync(stoppingToken))
            {
                var enabled = !revocations.IsDisabled(entry.SpiffeId);
                if (entry.Enabled != enabled)
                {
                    await admin.SetAsync(entry.SpiffeId, enabled, stoppingToken);
                    LogChanged(entry.SpiffeId, enabled ? "issued again" : "withdrawn");
                }
            }
            _failing = false;
        }
        catch (RpcException failure) when (!stoppingToken.IsCancellationRequested)
        {
            if (!_failing)
            {
                LogFailed(failure.Status.ToString());
            }
            _failing = true;
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Over.
        }
    }

    [LoggerMessage(2203, LogLevel.Information, "The SVIDs of {Party} are {Change}")]
    private partial void LogChanged(string party, string change);

    [LoggerMessage(2204, LogLevel.Error, "Who gets SVIDs cannot be brought in step with who is disabled ({Reason}); trying again until it can. If SPIRE issues the SVIDs, set Mesh:AuthServer:SvidWithdrawal to none")]
    private partial void LogFailed(string reason);
}
