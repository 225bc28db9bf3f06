using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// The tasks that somebody works on or listens to. There is at most one <see cref="LiveTask"/> an id: loads of one id exclude each
/// other, and a task that nobody uses is closed, after which the store has all of it.
/// </summary>
internal sealed class LiveTasks(ITaskStore store, A2AServerOptions options, TimeProvider time, PushDelivery push)
{
    private readonly ConcurrentDictionary<string, LiveTask> _tasks = new(StringComparer.Ordinal);
    private readonly Lock _counting = new();
    private readonly Dictionary<string, int> _byOwner = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] _loading = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public ICollection<LiveTask> All => _tasks.Values;

    /// <summary>A task that is new, with a first use of it.</summary>
    public async ValueTask<LiveTaskUse> AddAsync(string owner, AgentTask task, CancellationToken cancellationToken)
    {
        // First live, then stored: whoever sees it in a listing finds this one, and makes no second of it.
        var use = Enter(new LiveTask(owner, task, store, options, time, push), evenIfFull: false);
        try
        {
            await store.AddAsync(owner, task, cancellationToken).ConfigureAwait(false);
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>A use of the owner's task if somebody uses it already.</summary>
    public LiveTaskUse? Find(string owner, string taskId) =>
        _tasks.TryGetValue(taskId, out var live) && live.Owner == owner && live.TryEnter() ? new(this, live) : null;

    /// <summary>A use of the owner's task, loaded when need be.</summary>
    /// <param name="owner">Whose task it is.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="evenIfFull">For the server itself, which ends tasks and is not to be kept from it by their number.</param>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.TaskNotFound"/>, <see cref="A2AErrorCode.Overloaded"/>.</exception>
    public async ValueTask<LiveTaskUse> UseAsync(string owner, string taskId, CancellationToken cancellationToken, bool evenIfFull = false)
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
            var live = new LiveTask(owner, task, store, options, time, push);
            try
            {
                await push.AttachAllAsync(live, cancellationToken).ConfigureAwait(false);
                return Enter(live, evenIfFull);
            }
            catch
            {
                push.Release(live);
                throw;
            }
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
        lock (_counting)
        {
            _tasks.TryRemove(KeyValuePair.Create(task.Id, task));
            if (--CollectionsMarshal.GetValueRefOrNullRef(_byOwner, task.Owner) == 0)
                _byOwner.Remove(task.Owner);
        }
    }

    private LiveTaskUse Enter(LiveTask task, bool evenIfFull)
    {
        lock (_counting)
        {
            var owners = _byOwner.GetValueOrDefault(task.Owner);
            if (!evenIfFull && _tasks.Count >= options.MaxLiveTasks)
                throw new A2AException(A2AErrorCode.Overloaded);
            if (!evenIfFull && owners >= options.MaxLiveTasksPerOwner)
                throw new A2AException(A2AErrorCode.Overloaded, $"The caller has {owners} tasks that are worked on or listened to, as many as one caller may have; wait until some have ended.");
            task.TryEnter();
            _byOwner[task.Owner] = owners + 1;
            _tasks[task.Id] = task;
            return new(this, task);
        }
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
