using System.Collections.Concurrent;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// Keeps each owner to its share of a store. Where something new would not fit, the owner's oldest ended tasks go; where that does not help, it is
/// refused. What the agent itself reports is always kept, and counts.
/// </summary>
internal sealed class LimitedTaskStore(ITaskStore store, A2AServerOptions options) : ITaskStore
{
    // Room for so many more at once, so that not each new task costs a deletion.
    private const int Slack = 16;

    private readonly ConcurrentDictionary<string, OwnerUsage> _owners = new(StringComparer.Ordinal);

    public async ValueTask AddAsync(string owner, AgentTask task, CancellationToken cancellationToken)
    {
        await TakeAsync(owner, new(1, TaskSize.Of(task)), cancellationToken).ConfigureAwait(false);
        await store.AddAsync(owner, task, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ApplyAsync(string owner, TaskChange change, CancellationToken cancellationToken)
    {
        // A message alone is the client's.
        if (change is { Status: null, Artifact: null })
            await TakeAsync(owner, new(0, TaskSize.Of(change)), cancellationToken).ConfigureAwait(false);
        else if (_owners.TryGetValue(owner, out var usage))
            usage.Add(new(0, TaskSize.Of(change)));
        await store.ApplyAsync(owner, change, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        await TakeAsync(owner, new(0, TaskSize.Of(config)), cancellationToken).ConfigureAwait(false);
        await store.SetPushConfigAsync(owner, config, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken)
    {
        await store.DeletePushConfigAsync(owner, taskId, configId, cancellationToken).ConfigureAwait(false);
        if (_owners.TryGetValue(owner, out var usage))
            usage.Add(default);
    }

    public async ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var deleted = await store.DeleteEndedAsync(before, cancellationToken).ConfigureAwait(false);
        // Whoever comes back is measured anew.
        _owners.Clear();
        return deleted;
    }

    public ValueTask<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts, CancellationToken cancellationToken) =>
        store.FindAsync(owner, taskId, historyLength, includeArtifacts, cancellationToken);

    public ValueTask<TaskPage> ListAsync(string owner, TaskQuery query, CancellationToken cancellationToken) => store.ListAsync(owner, query, cancellationToken);

    public ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken) => store.FindUnfinishedAsync(cancellationToken);

    public ValueTask<IReadOnlyList<OwnedTaskId>> FindInterruptedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        store.FindInterruptedAsync(before, cancellationToken);

    public ValueTask<TaskUsage> MeasureAsync(string owner, CancellationToken cancellationToken) => store.MeasureAsync(owner, cancellationToken);

    public ValueTask<TaskUsage> DeleteOldestAsync(string owner, TaskUsage atLeast, CancellationToken cancellationToken) =>
        store.DeleteOldestAsync(owner, atLeast, cancellationToken);

    public ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken) =>
        store.FindPushConfigsAsync(owner, taskId, cancellationToken);

    private async ValueTask TakeAsync(string owner, TaskUsage more, CancellationToken cancellationToken)
    {
        var usage = _owners.GetOrAdd(owner, static _ => new());
        await usage.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!Fits(usage, more) && usage.MayHaveShrunk)
            {
                usage.Set(await store.MeasureAsync(owner, cancellationToken).ConfigureAwait(false));
                if (Lacking(usage, more) is { } lacking)
                {
                    await store.DeleteOldestAsync(owner, lacking, cancellationToken).ConfigureAwait(false);
                    usage.Set(await store.MeasureAsync(owner, cancellationToken).ConfigureAwait(false));
                }
            }
            if (!Fits(usage, more))
                throw new A2AException(A2AErrorCode.Overloaded, "The caller has as many tasks, or as much in them, as one caller may have; wait until some have ended.");
            usage.Add(more);
        }
        finally
        {
            usage.Gate.Release();
        }
    }

    private bool Fits(OwnerUsage usage, TaskUsage more) => Lacking(usage, more) is null;

    /// <summary>What must go before there is room; <see langword="null"/> when there is.</summary>
    private TaskUsage? Lacking(OwnerUsage usage, TaskUsage more)
    {
        var tasks = usage.Now.Tasks + more.Tasks - options.MaxTasksPerOwner;
        var bytes = usage.Now.Bytes + more.Bytes - options.MaxBytesPerOwner;
        return tasks <= 0 && bytes <= 0 ? null
            : new(tasks > 0 ? tasks + (options.MaxTasksPerOwner / Slack) : 0, bytes > 0 ? bytes + (options.MaxBytesPerOwner / Slack) : 0);
    }
}
