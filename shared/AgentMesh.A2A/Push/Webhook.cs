using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// One webhook of one task and the events that it has still to get. It outlives the live task that it was made for until they are delivered, and goes on
/// with the next live one of the same id, so that the order holds.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no handle and no timer.")]
internal sealed partial class Webhook(LiveTask task, TaskPushNotificationConfig config, PushDelivery delivery, WebhookClient client, ILogger logger)
{
    private const int QueueSize = 256;

    private readonly Lock _gate = new();
    private readonly Queue<TaskEvent> _events = new();
    private readonly CancellationTokenSource _dropped = new();
    private readonly string _owner = task.Owner;
    private LiveTask _task = task;
    private bool _live = true;
    private bool _running;
    private bool _lagging;

    public string TaskId { get; } = task.Id;

    public string ConfigId => config.Id!;

    /// <summary>Whether nothing is left to deliver and nothing more comes.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
                return !_live && !_running;
        }
    }

    /// <summary>Goes on for the live task that follows. Not where it was dropped, or asks for something else.</summary>
    public bool TryContinue(LiveTask next, TaskPushNotificationConfig asked)
    {
        lock (_gate)
        {
            if (_dropped.IsCancellationRequested || asked != config)
                return false;
            (_task, _live) = (next, true);
            return true;
        }
    }

    public void Offer(TaskEvent item)
    {
        lock (_gate)
        {
            if (_dropped.IsCancellationRequested)
                return;
            if (_events.Count < QueueSize)
                _events.Enqueue(item);
            else
                _lagging = true;
            if (_running)
                return;
            _running = true;
            delivery.Run(RunAsync);
        }
    }

    /// <summary>No event follows from this live task: what is queued is still delivered. Returns whether that leaves nothing to do.</summary>
    public bool Release(LiveTask closed)
    {
        lock (_gate)
        {
            // It may have gone on for another already.
            if (_task == closed)
                _live = false;
            return !_live && !_running;
        }
    }

    /// <summary>Delivers nothing more, and gives up what is under way.</summary>
    public void Drop()
    {
        lock (_gate)
            _events.Clear();
        // Not waited for: whoever drops may hold what those that are told would wait for.
        _ = _dropped.CancelAsync();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _dropped.Token);
            while (Next() is { } item)
            {
                if (await client.SendAsync(config, _owner, item.Json, either.Token).ConfigureAwait(false) is not { } reason)
                    continue;
                A2ATelemetry.WebhooksGivenUp.Add(1);
                LogGivenUp(ConfigId, TaskId, reason);
                Drop();
                if (reason == WebhookClient.NotAllowed)
                    await delivery.DeleteAsync(_owner, TaskId, ConfigId).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops, or the webhook was deleted; push notifications outlive neither.
            Stop();
        }
        catch (Exception exception)
        {
            LogFailed(exception, ConfigId, TaskId);
            Stop();
        }
        delivery.Forget(this);
    }

    private void Stop()
    {
        Drop();
        lock (_gate)
            _running = false;
    }

    private TaskEvent? Next()
    {
        lock (_gate)
        {
            if (_lagging)
            {
                // The queue ran over: the task as it is now stands for all that was missed.
                _events.Clear();
                _lagging = false;
                return TaskEvent.From(new() { Task = _task.Snapshot(historyLength: null, includeArtifacts: true) });
            }
            if (_events.TryDequeue(out var item))
                return item;
            _running = false;
            return null;
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "Push notification configuration {ConfigId} of task {TaskId} is given up: {Reason}")]
    private partial void LogGivenUp(string configId, string taskId, string reason);

    [LoggerMessage(7011, LogLevel.Error, "Delivery to push notification configuration {ConfigId} of task {TaskId} failed.")]
    private partial void LogFailed(Exception exception, string configId, string taskId);
}
