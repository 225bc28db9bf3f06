using AgentMesh.WorkloadApi.Audit;
using AgentMesh.WorkloadApi.Telemetry;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>The life of every stream: the full state at once, and again whenever it has changed (Workload API §4.3).</summary>
internal sealed class Streams(Wakeups wakeups, WorkloadApiTelemetry telemetry, IHostApplicationLifetime application)
{
    /// <param name="call">The call; when its caller goes away the stream ends.</param>
    /// <param name="writer">Where the states go.</param>
    /// <param name="refresh">Gives the full state, or null when the client has it; throws to end the stream.</param>
    /// <param name="due">When to refresh although nothing has changed.</param>
    public async Task RunAsync<T>(ServerCallContext call, IServerStreamWriter<T> writer, Func<T?> refresh, Func<DateTimeOffset> due)
        where T : class
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, application.ApplicationStopping);
        using var sleeper = wakeups.Register();
        telemetry.StreamOpened(call.Method);
        try
        {
            while (true)
            {
                if (refresh() is { } state)
                {
                    await IdentityRecorder.RecordedAsync(call);
                    await writer.WriteAsync(state, ending.Token);
                }
                await sleeper.SleepUntilAsync(due(), ending.Token);
            }
        }
        catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the Workload API is shutting down"));
        }
        catch (OperationCanceledException)
        {
            // The client has gone, and nobody reads an answer.
        }
        finally
        {
            telemetry.StreamClosed(call.Method);
        }
    }
}
