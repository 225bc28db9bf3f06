using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>Fails tasks that nobody has answered for too long, and deletes those that ended longer ago than they are to be kept.</summary>
internal sealed partial class RetentionSweep(ITaskStore store, LiveTasks tasks, A2AServerOptions options, TimeProvider time, ILogger logger)
{
    private const string Abandoned = "Nobody answered in time.";
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var shortest = Math.Min((options.Retention ?? TimeSpan.MaxValue).Ticks, (options.InterruptedRetention ?? TimeSpan.MaxValue).Ticks);
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Clamp(shortest / 4, TimeSpan.TicksPerSecond, LongestPeriod.Ticks)), time);
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
            if (options.InterruptedRetention is { } patience)
                await FailAbandonedAsync(time.GetUtcNow() - patience, cancellationToken).ConfigureAwait(false);
            if (options.Retention is not { } retention)
                return;
            var deleted = await store.DeleteEndedAsync(time.GetUtcNow() - retention, cancellationToken).ConfigureAwait(false);
            if (deleted > 0)
                LogDeleted(deleted, retention);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    /// <summary>Through the live task, so that streams, webhooks and an executor that still waits hear of it.</summary>
    private async Task FailAbandonedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (var (owner, taskId) in await store.FindInterruptedAsync(before, cancellationToken).ConfigureAwait(false))
        {
            using var use = await tasks.UseAsync(owner, taskId, cancellationToken, evenIfFull: true).ConfigureAwait(false);
            await use.Task.AbandonAsync(before, Abandoned).ConfigureAwait(false);
        }
    }

    [LoggerMessage(7004, LogLevel.Information, "Deleted {Count} tasks that ended more than {Retention} ago.")]
    private partial void LogDeleted(int count, TimeSpan retention);

    [LoggerMessage(7005, LogLevel.Error, "Tasks past their retention could not be deleted; this is tried again.")]
    private partial void LogFailed(Exception exception);
}
