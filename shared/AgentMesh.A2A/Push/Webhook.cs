using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>One webhook of one live task and the events that it has still to get.</summary>
internal sealed partial class Webhook(LiveTask task, TaskPushNotificationConfig config, WebhookClient client, ILogger logger)
{
    private const int QueueSize = 256;

    private readonly Channel<TaskEvent> _events = Channel.CreateBounded<TaskEvent>(QueueSize);
    private volatile bool _lagging;
    private volatile bool _dropped;

    public void Offer(TaskEvent item)
    {
        if (!_events.Writer.TryWrite(item))
            _lagging = true;
        if (item.IsTerminal)
            Complete();
    }

    /// <summary>Delivers what is queued, then ends.</summary>
    public void Complete() => _events.Writer.TryComplete();

    /// <summary>Delivers nothing more.</summary>
    public void Drop()
    {
        _dropped = true;
        Complete();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var queued in _events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var item = queued;
                if (_lagging)
                {
                    // The queue ran over: the task as it is now stands for all that was missed.
                    while (_events.Reader.TryRead(out _))
                    {
                    }
                    _lagging = false;
                    item = TaskEvent.From(new() { Task = task.Snapshot(historyLength: null, includeArtifacts: true) });
                }
                if (_dropped)
                    return;
                if (await client.SendAsync(config, item.Json, cancellationToken).ConfigureAwait(false) is { } reason)
                {
                    A2ATelemetry.WebhooksGivenUp.Add(1);
                    LogGivenUp(config.Id!, task.Id, reason);
                    Drop();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops; push notifications do not outlive it.
        }
        catch (Exception exception)
        {
            LogFailed(exception, config.Id!, task.Id);
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "Push notification configuration {ConfigId} of task {TaskId} is given up: {Reason}")]
    private partial void LogGivenUp(string configId, string taskId, string reason);

    [LoggerMessage(7011, LogLevel.Error, "Delivery to push notification configuration {ConfigId} of task {TaskId} failed.")]
    private partial void LogFailed(Exception exception, string configId, string taskId);
}
