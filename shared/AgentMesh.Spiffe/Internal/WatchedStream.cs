using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Internal;

/// <summary>
/// Keeps one stream of the Workload API open for good (Workload API §4.2, Workload Endpoint §6): at once after one that
/// worked, with backoff after a failure, and not again where the standard says that it would not help.
/// </summary>
internal sealed class WatchedStream<T>(string method, Func<CancellationToken, IAsyncEnumerable<T>> open, WorkloadApiClientOptions options, TimeProvider time, ILogger logger)
{
    private readonly Backoff _backoff = new(options.FirstBackoff, options.MaxBackoff);

    public required Action<T> Received { get; init; }

    /// <summary>The stream is down, for this reason; null when the server ended it without one.</summary>
    public required Action<WorkloadApiException?> Lost { get; init; }

    public required Action Reconnecting { get; init; }

    /// <summary>Runs until cancelled, or until an error that no retry can mend, which it answers with.</summary>
    public async Task<WorkloadApiException?> RunAsync(CancellationToken cancellation)
    {
        var isShort = false;
        while (true)
        {
            var opened = time.GetTimestamp();
            var (worked, failure) = await ReadAsync(cancellation).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
                return null;
            Lost(failure);
            if (failure is { Error: WorkloadApiError.InvalidArgument or WorkloadApiError.Unimplemented })
            {
                Log.StreamStopped(logger, method, failure.Message);
                return failure;
            }
            if (worked)
                _backoff.Reset();
            // At once, unless it hardly lasted again: a server that hangs up on everybody is not to be called in a tight loop.
            var wasShort = isShort;
            isShort = time.GetElapsedTime(opened) < options.FirstBackoff;
            var atOnce = worked && failure is not { Error: WorkloadApiError.PermissionDenied } && !(isShort && wasShort);
            var pause = atOnce ? TimeSpan.Zero : _backoff.Next();
            var waited = atOnce ? Task.FromResult(true) : DelayAsync(pause, cancellation);
            // Told once the pause has begun, so that whoever moves the clock on hearing it moves it past the pause.
            Log.StreamLost(logger, method, failure?.Message ?? "The server ended the stream.", pause);
            if (!await waited.ConfigureAwait(false))
                return null;
            Reconnecting();
        }
    }

    private async Task<(bool Worked, WorkloadApiException? Failure)> ReadAsync(CancellationToken cancellation)
    {
        var worked = false;
        using var span = SpiffeTelemetry.StartCall(method);
        try
        {
            await foreach (var message in open(cancellation).ConfigureAwait(false))
            {
                worked |= TryReceive(message);
                // The span is of the fetch; the stream stays open for hours.
                span?.Stop();
            }
            return (worked, null);
        }
        catch (OperationCanceledException)
        {
            return (worked, null);
        }
        catch (WorkloadApiException e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Error.ToString());
            return (worked, e);
        }
#pragma warning disable CA1031 // The stream is what the process lives on: whatever it fails with, it is opened again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (worked, cancellation.IsCancellationRequested ? null : new WorkloadApiException(WorkloadApiError.Unavailable, $"{method} failed: {e.Message}", e));
        }
    }

    // A message that breaks the standard is reported and discarded (Workload API §4.5); the state before stays, and the stream.
    private bool TryReceive(T message)
    {
        try
        {
            Received(message);
            return true;
        }
#pragma warning disable CA1031 // One message must not end the stream, whatever it makes the code that reads it throw.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.MessageDiscarded(logger, method, e.Message);
            return false;
        }
    }

    private async Task<bool> DelayAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
