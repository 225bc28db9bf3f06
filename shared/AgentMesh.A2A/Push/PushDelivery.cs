using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// Hands each event of a task to the task's webhooks, each in order and at its own pace, without keeping the executor waiting.
/// </summary>
internal sealed class PushDelivery(ITaskStore store, WebhookClient client, ILogger logger) : IAsyncDisposable
{
    // By the task's id: what one live task leaves queued is delivered before what the next one of the same id reports.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Webhook>> _byTask = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    /// <summary>Begins to deliver to the webhooks that the store knows for a task.</summary>
    public async ValueTask AttachAllAsync(LiveTask task, CancellationToken cancellationToken)
    {
        foreach (var config in await store.FindPushConfigsAsync(task.Owner, task.Id, cancellationToken).ConfigureAwait(false))
            Attach(task, config);
    }

    /// <summary>Begins to deliver to a webhook, in place of one with the same id; goes on with it where it is the same.</summary>
    public void Attach(LiveTask task, TaskPushNotificationConfig config)
    {
        lock (_gate)
        {
            var webhooks = _byTask.GetOrAdd(task.Id, _ => new(StringComparer.Ordinal));
            if (webhooks.TryGetValue(config.Id!, out var known))
            {
                if (known.TryContinue(task, config))
                    return;
                known.Drop();
            }
            webhooks[config.Id!] = new Webhook(task, config, this, client, logger);
        }
    }

    /// <summary>Delivers nothing more to a webhook, what is queued included.</summary>
    public void Detach(string taskId, string configId)
    {
        lock (_gate)
        {
            if (!_byTask.TryGetValue(taskId, out var webhooks) || !webhooks.TryRemove(configId, out var webhook))
                return;
            webhook.Drop();
            if (webhooks.IsEmpty)
                _byTask.TryRemove(taskId, out _);
        }
    }

    /// <summary>Called for each event of each task, one at a time a task.</summary>
    public void Publish(LiveTask task, TaskEvent item)
    {
        if (!_byTask.TryGetValue(task.Id, out var webhooks))
            return;
        foreach (var webhook in webhooks.Values)
            webhook.Offer(item);
    }

    /// <summary>No event follows while the task is not live: what is queued is still delivered.</summary>
    public void Release(LiveTask task)
    {
        if (!_byTask.TryGetValue(task.Id, out var webhooks))
            return;
        foreach (var webhook in webhooks.Values)
            if (webhook.Release(task))
                Forget(webhook);
    }

    /// <summary>Deletes a webhook that nothing may be delivered to.</summary>
    public async ValueTask DeleteAsync(string owner, string taskId, string configId)
    {
        Detach(taskId, configId);
        await store.DeletePushConfigAsync(owner, taskId, configId, CancellationToken.None).ConfigureAwait(false);
    }

    internal void Run(Func<CancellationToken, Task> deliver)
    {
        var run = Task.Run(() => deliver(_stopping.Token));
        _running[run] = true;
        _ = run.ContinueWith(done => _running.TryRemove(done, out bool _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    internal void Forget(Webhook webhook)
    {
        lock (_gate)
        {
            // It may have gone on for another live task meanwhile.
            if (webhook.IsOver && _byTask.TryGetValue(webhook.TaskId, out var webhooks)
                && webhooks.TryRemove(KeyValuePair.Create(webhook.ConfigId, webhook)) && webhooks.IsEmpty)
                _byTask.TryRemove(webhook.TaskId, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        client.Dispose();
        _stopping.Dispose();
    }
}
