using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// Hands each event of a live task to the task's webhooks, each in order and at its own pace, without keeping the executor waiting.
/// </summary>
internal sealed class PushDelivery(ITaskStore store, WebhookClient client, ILogger logger) : IAsyncDisposable
{
    // By the live task, not by its id: one that closes must not take the webhooks of the one that follows it.
    private readonly ConcurrentDictionary<LiveTask, ConcurrentDictionary<string, Webhook>> _byTask = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Begins to deliver to the webhooks that the store knows for a task.</summary>
    public async ValueTask AttachAllAsync(LiveTask task, CancellationToken cancellationToken)
    {
        foreach (var config in await store.FindPushConfigsAsync(task.Owner, task.Id, cancellationToken).ConfigureAwait(false))
            Attach(task, config);
    }

    /// <summary>Begins to deliver to a webhook, in place of one with the same id.</summary>
    public void Attach(LiveTask task, TaskPushNotificationConfig config)
    {
        Detach(task, config.Id!);
        var webhook = new Webhook(task, config, client, logger);
        _byTask.GetOrAdd(task, _ => new(StringComparer.Ordinal))[config.Id!] = webhook;
        var run = Task.Run(() => webhook.RunAsync(_stopping.Token));
        _running[run] = true;
        _ = run.ContinueWith(done => _running.TryRemove(done, out bool _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Delivers nothing more to a webhook.</summary>
    public void Detach(LiveTask task, string configId)
    {
        if (_byTask.TryGetValue(task, out var webhooks) && webhooks.TryRemove(configId, out var webhook))
            webhook.Drop();
    }

    /// <summary>Called for each event of each task, one at a time a task.</summary>
    public void Publish(LiveTask task, TaskEvent item)
    {
        if (!_byTask.TryGetValue(task, out var webhooks))
            return;
        foreach (var webhook in webhooks.Values)
            webhook.Offer(item);
    }

    /// <summary>No event follows while the task is not live: what is queued is still delivered.</summary>
    public void Release(LiveTask task)
    {
        if (!_byTask.TryRemove(task, out var webhooks))
            return;
        foreach (var webhook in webhooks.Values)
            webhook.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        client.Dispose();
        _stopping.Dispose();
    }
}
