namespace AgentMesh.A2A;

/// <summary>
/// Keeps tasks with their history, artifacts and push notification configurations. Every call names the owner, and a task of
/// another owner does not exist (A2A §13.1). Implementations are safe for concurrent use; a write is durable when it returns.
/// </summary>
public interface ITaskStore
{
    /// <summary>Adds a task with the history it has.</summary>
    ValueTask AddAsync(string owner, AgentTask task, CancellationToken cancellationToken);

    /// <summary>Applies a change. A change of a task that does not exist is ignored.</summary>
    ValueTask ApplyAsync(string owner, TaskChange change, CancellationToken cancellationToken);

    /// <summary>The task, or <see langword="null"/> where the owner has none of that id.</summary>
    /// <param name="owner">The party that made the task.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="historyLength">How many of the latest messages; 0 for none, <see langword="null"/> for all.</param>
    /// <param name="includeArtifacts">Whether artifacts are wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts, CancellationToken cancellationToken);

    /// <summary>A page of the owner's tasks, by time of their status, newest first.</summary>
    /// <remarks>
    /// The cursor names a place in that order, so tasks made or changed while a client pages move nothing: a task that is not
    /// changed meanwhile appears exactly once, and one that is changed moves to the front, where the next listing finds it.
    /// </remarks>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.InvalidParams"/>: the cursor is not one of this store.</exception>
    ValueTask<TaskPage> ListAsync(string owner, TaskQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Tasks of all owners that are submitted, working or waiting for an authorization: what an agent that starts has left behind. A task that waits for
    /// its client's next message is not among them; nobody works on it.
    /// </summary>
    ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>Some of the tasks of all owners that have been waiting, for their client or for an authorization, since before a time; oldest first.</summary>
    ValueTask<IReadOnlyList<OwnedTaskId>> FindInterruptedAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Deletes, with all that belongs to them, tasks that ended before a time. Returns how many.</summary>
    ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>How much is kept for an owner.</summary>
    ValueTask<TaskUsage> MeasureAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Deletes an owner's tasks that have ended, oldest first, until so much is freed or none is left. Returns what was freed.</summary>
    ValueTask<TaskUsage> DeleteOldestAsync(string owner, TaskUsage atLeast, CancellationToken cancellationToken);

    /// <summary>Adds or replaces a push notification configuration.</summary>
    ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken);

    /// <summary>The push notification configurations of a task. One that can no longer be read is gone.</summary>
    ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken);

    /// <summary>Deletes a push notification configuration, if there is one.</summary>
    ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken);
}

/// <summary>What changes in a task: any of the members.</summary>
public sealed record TaskChange
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>The new status.</summary>
    public TaskStatus? Status { get; init; }

    /// <summary>A message to add to the history.</summary>
    public Message? Message { get; init; }

    /// <summary>An artifact, or a further piece of one.</summary>
    public TaskArtifactUpdateEvent? Artifact { get; init; }
}

/// <summary>Which tasks to list.</summary>
public sealed record TaskQuery
{
    /// <summary>Only of this conversation.</summary>
    public string? ContextId { get; init; }

    /// <summary>Only in this state.</summary>
    public TaskState? State { get; init; }

    /// <summary>Only with a status reported then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Tasks a page, 1 to 100.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>The cursor of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many of each task's latest messages; 0 for none, <see langword="null"/> for all.</summary>
    public int? HistoryLength { get; init; }

    /// <summary>Whether artifacts are wanted.</summary>
    public bool IncludeArtifacts { get; init; }
}

/// <summary>A page of tasks.</summary>
/// <param name="Tasks">The tasks, newest first.</param>
/// <param name="NextCursor">The cursor of the next page, empty on the last.</param>
/// <param name="Total">How many tasks matched when the listing began.</param>
public sealed record TaskPage(IReadOnlyList<AgentTask> Tasks, string NextCursor, int Total);

/// <summary>How much is kept.</summary>
/// <param name="Tasks">How many tasks.</param>
/// <param name="Bytes">About how many bytes, with history, artifacts and push notification configurations.</param>
public readonly record struct TaskUsage(int Tasks, long Bytes);

/// <summary>A task and whose it is.</summary>
/// <param name="Owner">The party that made the task.</param>
/// <param name="TaskId">The task.</param>
public readonly record struct OwnedTaskId(string Owner, string TaskId);
