using AgentMesh.A2A.Internal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A;

/// <summary>Registers an agent when the application starts, again and again while it runs and is healthy, and removes it when it stops.</summary>
/// <param name="registry">The registry.</param>
/// <param name="card">The agent's card as it is now, signed.</param>
/// <param name="period">How often to register: a third of the registry's lifetime.</param>
/// <param name="healthy">Whether the agent can do its work now; while it cannot, its registration runs out. <see langword="null"/>: it always can.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where failures go; the agent works on without the registry.</param>
public sealed partial class AgentRegistrationService(
    AgentRegistryClient registry, Func<AgentCard> card, TimeSpan period, Func<CancellationToken, Task<bool>>? healthy, TimeProvider time, ILogger<AgentRegistrationService> logger)
    : BackgroundService
{
    // The process that takes this one's place registers before this one leaves, and must not be removed with it.
    private readonly string _instance = Guid.NewGuid().ToString("N");

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var retry = FirstRetry;
            while (true)
            {
                var registered = await TryRegisterAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(registered ? period : retry, time, stoppingToken).ConfigureAwait(false);
                retry = registered ? FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LongestRetry.Ticks));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await registry.UnregisterAsync(card().Name, _instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The process ends all the same, and the registration runs out.
            LogUnregisterFailed(exception);
        }
    }

    private async Task<bool> TryRegisterAsync(CancellationToken cancellationToken)
    {
        using var activity = A2ATelemetry.Source.StartActivity("a2a.register");
        try
        {
            if (healthy is not null && !await healthy(cancellationToken).ConfigureAwait(false))
            {
                LogUnhealthy();
                return false;
            }
            await registry.RegisterAsync(card(), _instance, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, no identity yet included, it may be over the next time.
            LogRegisterFailed(exception);
            return false;
        }
    }

    [LoggerMessage(7020, LogLevel.Information, "The agent could not be registered; this is tried again.")]
    private partial void LogRegisterFailed(Exception exception);

    [LoggerMessage(7022, LogLevel.Debug, "The agent is unhealthy and does not register; this is tried again.")]
    private partial void LogUnhealthy();

    [LoggerMessage(7021, LogLevel.Information, "The agent could not be removed from the registry; its registration runs out.")]
    private partial void LogUnregisterFailed(Exception exception);
}
