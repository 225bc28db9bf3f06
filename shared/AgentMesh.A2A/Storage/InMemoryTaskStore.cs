using System.Collections.Concurrent;

namespace AgentMesh.A2A;

/// <summary>Keeps tasks in memory, for development, tests and agents whose tasks need not outlive them.</summary>
public sealed class InMemoryTaskStore : ITaskStore
{
    private readonly ConcurrentDictionary<string, OwnerTasks> _owners = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask AddAsync(string owner, AgentTask task, CancellationToken cancellationToken)
    {
        _owners.GetOrAdd(owner, _ => new()).Add(task);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ApplyAsync(string owner, TaskChange change, CancellationToken cancellationToken)
    {
        if (_owners.TryGetValue(owner, out var tasks))
            tasks.Apply(change);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts, CancellationToken cancellationToken) =>
        new(_owners.TryGetValue(owner, out var tasks) ? tasks.Find(taskId, historyLength, includeArtifacts) : null);

    /// <inheritdoc/>
    public ValueTask<TaskPage> ListAsync(string owner, TaskQuery query, CancellationToken cancellationToken)
    {
        var cursor = PageCursor.Parse(query.Cursor);
        return new(_owners.TryGetValue(owner, out var tasks) ? tasks.List(query, cursor) : new TaskPage([], "", 0));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken) =>
        new([.. _owners.SelectMany(owner => owner.Value.Unfinished().Select(id => new OwnedTaskId(owner.Key, id)))]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OwnedTaskId>> FindInterruptedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        new([.. _owners.SelectMany(owner => owner.Value.Interrupted(before).Select(each => (each.Updated, Task: new OwnedTaskId(owner.Key, each.Id))))
            .OrderBy(each => each.Updated).ThenBy(each => each.Task.TaskId, StringComparer.Ordinal).Select(each => each.Task)]);

    /// <inheritdoc/>
    public ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        new(_owners.Values.Sum(tasks => tasks.DeleteEnded(before)));

    /// <inheritdoc/>
    public ValueTask<TaskUsage> MeasureAsync(string owner, CancellationToken cancellationToken) =>
        new(_owners.TryGetValue(owner, out var tasks) ? tasks.Measure() : default);

    /// <inheritdoc/>
    public ValueTask<TaskUsage> DeleteOldestAsync(string owner, TaskUsage atLeast, CancellationToken cancellationToken) =>
        new(_owners.TryGetValue(owner, out var tasks) ? tasks.DeleteOldest(atLeast) : default);

    /// <inheritdoc/>
    public ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        if (_owners.TryGetValue(owner, out var tasks))
            tasks.SetPushConfig(config);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken) =>
        new(_owners.TryGetValue(owner, out var tasks) ? tasks.PushConfigs(taskId) : []);

    /// <inheritdoc/>
    public ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken)
    {
        if (_owners.TryGetValue(owner, out var tasks))
            tasks.DeletePushConfig(taskId, configId);
        return ValueTask.CompletedTask;
    }
}
