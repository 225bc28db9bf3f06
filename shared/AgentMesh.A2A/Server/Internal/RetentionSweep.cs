using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>Deletes tasks that ended longer ago than they are to be kept.</summary>
internal sealed partial class RetentionSweep(ITaskStore store, TimeSpan retention, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(retention.Ticks / 4, TimeSpan.TicksPerSecond, LongestPeriod.Ticks));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
                await SweepAsync(cancellationToken).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var deleted = await store.DeleteEndedAsync(time.GetUtcNow() - retention, cancellationToken).ConfigureAwait(false);
            if (deleted > 0)
                LogDeleted(deleted, retention);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(7004, LogLevel.Information, "Deleted {Count} tasks that ended more than {Retention} ago.")]
    private partial void LogDeleted(int count, TimeSpan retention);

    [LoggerMessage(7005, LogLevel.Error, "Tasks past their retention could not be deleted; this is tried again.")]
    private partial void LogFailed(Exception exception);
}
