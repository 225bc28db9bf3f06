namespace AgentMesh.A2A.Tests;

/// <summary>A store in memory that gives up when it is told to, as a database does, and in which tests can do something meanwhile.</summary>
internal sealed class HookedStore : ITaskStore
{
    private readonly InMemoryTaskStore _store = new();

    /// <summary>Runs when a task is in the store, before whoever added it goes on.</summary>
    public Func<string, Task>? Added { get; set; }

    /// <summary>Runs before a push notification configuration is stored.</summary>
    public Func<Task>? Pushing { get; set; }

    /// <summary>How often anybody was measured.</summary>
    public int Measured { get; private set; }

    public async ValueTask AddAsync(string owner, AgentTask task, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _store.AddAsync(owner, task, cancellationToken);
        if (Added is { } added)
            await added(task.Id);
    }

    public ValueTask ApplyAsync(string owner, TaskChange change, CancellationToken cancellationToken) => _store.ApplyAsync(owner, change, cancellationToken);

    public ValueTask<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts, CancellationToken cancellationToken) =>
        _store.FindAsync(owner, taskId, historyLength, includeArtifacts, cancellationToken);

    public ValueTask<TaskPage> ListAsync(string owner, TaskQuery query, CancellationToken cancellationToken) => _store.ListAsync(owner, query, cancellationToken);

    public ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken) => _store.FindUnfinishedAsync(cancellationToken);

    public ValueTask<IReadOnlyList<OwnedTaskId>> FindInterruptedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _store.FindInterruptedAsync(before, cancellationToken);

    public ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken) => _store.DeleteEndedAsync(before, cancellationToken);

    public ValueTask<TaskUsage> MeasureAsync(string owner, CancellationToken cancellationToken)
    {
        Measured++;
        return _store.MeasureAsync(owner, cancellationToken);
    }

    public ValueTask<TaskUsage> DeleteOldestAsync(string owner, TaskUsage atLeast, CancellationToken cancellationToken) =>
        _store.DeleteOldestAsync(owner, atLeast, cancellationToken);

    public async ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        if (Pushing is { } pushing)
            await pushing();
        cancellationToken.ThrowIfCancellationRequested();
        await _store.SetPushConfigAsync(owner, config, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = await _store.FindPushConfigsAsync(owner, taskId, cancellationToken);
        // As a database does, later: whoever asks at the same time gets the same answer.
        for (var i = 0; i < 100; i++)
            await Task.Yield();
        return found;
    }

    public ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken) =>
        _store.DeletePushConfigAsync(owner, taskId, configId, cancellationToken);
}
