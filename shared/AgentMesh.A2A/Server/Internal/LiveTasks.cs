using System.Collections.Concurrent;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// The tasks that somebody works on or listens to. There is at most one <see cref="LiveTask"/> an id: loads of one id exclude each
/// other, and a task that nobody uses is closed, after which the store has all of it.
/// </summary>
internal sealed class LiveTasks(ITaskStore store, A2AServerOptions options, TimeProvider time, PushDelivery push)
{
    private readonly ConcurrentDictionary<string, LiveTask> _tasks = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] _loading = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public ICollection<LiveTask> All => _tasks.Values;

    /// <summary>A task that is new, with a first use of it.</summary>
    public async ValueTask<LiveTaskUse> AddAsync(string owner, AgentTask task, CancellationToken cancellationToken)
    {
        ThrowIfFull();
        await store.AddAsync(owner, task, cancellationToken).ConfigureAwait(false);
        var live = new LiveTask(owner, task, store, options, time, push);
        live.TryEnter();
        _tasks[live.Id] = live;
        return new(this, live);
    }

    /// <summary>A use of the owner's task if somebody uses it already.</summary>
    public LiveTaskUse? Find(string owner, string taskId) =>
        _tasks.TryGetValue(taskId, out var live) && live.Owner == owner && live.TryEnter() ? new(this, live) : null;

    /// <summary>A use of the owner's task, loaded when need be.</summary>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.TaskNotFound"/>.</exception>
    public async ValueTask<LiveTaskUse> UseAsync(string owner, string taskId, CancellationToken cancellationToken)
    {
        if (Find(owner, taskId) is { } use)
            return use;
        var loading = _loading[(uint)StringComparer.Ordinal.GetHashCode(taskId) % (uint)_loading.Length];
        await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(owner, taskId) is { } loaded)
                return loaded;
            var task = await store.FindAsync(owner, taskId, historyLength: null, includeArtifacts: true, cancellationToken).ConfigureAwait(false)
                ?? throw new A2AException(A2AErrorCode.TaskNotFound) { Metadata = new Dictionary<string, string> { ["taskId"] = taskId } };
            ThrowIfFull();
            var live = new LiveTask(owner, task, store, options, time, push);
            live.TryEnter();
            await push.AttachAllAsync(live, cancellationToken).ConfigureAwait(false);
            _tasks[live.Id] = live;
            return new(this, live);
        }
        finally
        {
            loading.Release();
        }
    }

    internal void Return(LiveTask task)
    {
        if (!task.Leave())
            return;
        push.Release(task);
        _tasks.TryRemove(KeyValuePair.Create(task.Id, task));
    }

    private void ThrowIfFull()
    {
        if (_tasks.Count >= options.MaxLiveTasks)
            throw new A2AException(A2AErrorCode.Overloaded);
    }
}

/// <summary>Keeps a task live until it is disposed.</summary>
internal sealed class LiveTaskUse(LiveTasks tasks, LiveTask task) : IDisposable
{
    private int _disposed;

    public LiveTask Task { get; } = task;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            tasks.Return(Task);
    }
}
