using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>Calls the executor for the messages of a task, one after the other, and settles the state that it leaves behind.</summary>
internal sealed partial class TaskRunner(IAgentExecutor executor, ILogger logger)
{
    private const string ShutDown = "The agent shut down before the task ended.";

    private readonly HashSet<Task> _runs = [];

    /// <summary>Runs the task until its inbox is empty. Takes over <paramref name="use"/>.</summary>
    public void Start(LiveTaskUse use)
    {
        var run = Task.Run(() => RunAsync(use));
        lock (_runs)
            _runs.Add(run);
        _ = run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits until no executor is at work.</summary>
    public Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        lock (_runs)
            return Task.WhenAll(_runs).WaitAsync(cancellationToken);
    }

    private void Forget(Task run)
    {
        lock (_runs)
            _runs.Remove(run);
    }

    private async Task RunAsync(LiveTaskUse use)
    {
        using var _ = use;
        var task = use.Task;
        try
        {
            while (task.NextDelivery() is { } delivery)
                await ExecuteAsync(task, delivery).ConfigureAwait(false);
            // The server stopped before anybody had looked at the first message.
            if (task.Stopped.IsCancellationRequested && task.State is TaskState.Submitted or TaskState.Working)
                await task.EndAsync(TaskState.Failed, ShutDown).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The store cannot take the task's end: streams must not wait for it for ever.
            LogStoreFailed(exception, task.Id);
            task.EndStreams();
        }
    }

    private async Task ExecuteAsync(LiveTask task, Delivery delivery)
    {
        using var activity = A2ATelemetry.Source.StartActivity("a2a.execute");
        activity?.SetTag("a2a.task.id", task.Id);
        try
        {
            await task.ReportStatusAsync(TaskState.Working, null, keep: false).ConfigureAwait(false);
            await executor.ExecuteAsync(new AgentTaskContext(task, delivery.Request, delivery.Call), task.Stopped).ConfigureAwait(false);
            if (task.State is TaskState.Submitted or TaskState.Working)
                await task.EndAsync(TaskState.Completed, null).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (task.Stopped.IsCancellationRequested)
        {
            if (task.State is TaskState.Submitted or TaskState.Working)
                await task.EndAsync(TaskState.Failed, ShutDown).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogExecutorFailed(exception, task.Id);
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
            await task.EndAsync(TaskState.Failed, "The agent failed.").ConfigureAwait(false);
        }
    }

    [LoggerMessage(7001, LogLevel.Error, "The executor failed on task {TaskId}.")]
    private partial void LogExecutorFailed(Exception exception, string taskId);

    [LoggerMessage(7002, LogLevel.Error, "Task {TaskId} could not be brought to an end in the task store; its streams are ended.")]
    private partial void LogStoreFailed(Exception exception, string taskId);
}
