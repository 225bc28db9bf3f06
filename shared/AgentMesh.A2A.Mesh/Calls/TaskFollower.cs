namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Sends one message and follows the task that comes of it to its end. The message is sent once: a stream that breaks is taken up again, and a
/// task that ended meanwhile is fetched. Not safe for concurrent use; one of these a message.
/// </summary>
/// <param name="client">Sends the message.</param>
/// <param name="follow">
/// Takes broken streams up again and cancels, where that needs another credential than the message; <see langword="null"/>: <paramref name="client"/> too.
/// </param>
/// <param name="heard">Hears each status once, in order; the next waits for it.</param>
/// <param name="time">The clock.</param>
public sealed class TaskFollower(A2AClient client, A2AClient? follow = null, Func<TaskStatus, ValueTask>? heard = null, TimeProvider? time = null)
{
    private const int MostReconnects = 5;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(3);

    private readonly A2AClient _follow = follow ?? client;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ArtifactPieces _artifacts = new();
    private AgentTask? _task;

    /// <summary>Sends the message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Gives up, and cancels the agent's task.</param>
    /// <returns>The task with its artifacts, as it ended or as it asks back.</returns>
    /// <exception cref="A2AException">The agent refuses, its stream cannot be followed to the end, or its artifacts are larger than <see cref="ArtifactPieces.DefaultMaxBytes"/>.</exception>
    /// <exception cref="HttpRequestException">The agent cannot be reached, or not again in five attempts.</exception>
    /// <exception cref="IOException">The stream broke before its first event: nobody knows whether there is a task.</exception>
    public async Task<AgentTask> RunAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            return await ReachEndAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && _task is { Id.Length: > 0 } task)
        {
            await CancelAsync(task.Id).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<AgentTask> ReachEndAsync(Message message, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (_task is null
                    ? await FollowAsync(client.SendStreamingMessageAsync(new() { Message = message }, cancellationToken)).ConfigureAwait(false)
                    : await ResumeAsync(_task.Id, cancellationToken).ConfigureAwait(false))
                    return _task! with { Artifacts = _artifacts.ToList() };
            }
            catch (Exception exception) when (_task is not null && attempt < MostReconnects && IsBroken(exception))
            {
                // The task goes on without its stream.
            }
            if (_task is null || attempt >= MostReconnects)
                throw new A2AException(A2AErrorCode.InvalidAgentResponse, "The agent's stream ended before the task did.");
            await Task.Delay(FirstDelay * Math.Pow(2, attempt), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> ResumeAsync(string taskId, CancellationToken cancellationToken)
    {
        // A task that has ended has no stream to subscribe to.
        var task = await _follow.GetTaskAsync(taskId, historyLength: 0, cancellationToken).ConfigureAwait(false);
        return await BeginAsync(task).ConfigureAwait(false)
            || await FollowAsync(_follow.SubscribeToTaskAsync(taskId, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<bool> FollowAsync(IAsyncEnumerable<StreamResponse> events)
    {
        await foreach (var each in events.ConfigureAwait(false))
        {
            if (each.Message is { } answer)
            {
                _task = new() { Status = new() { State = TaskState.Completed } };
                _artifacts.Begin([new() { Parts = answer.Parts }]);
                return true;
            }
            if (each.ArtifactUpdate is { } update)
                _artifacts.Apply(update);
            if (each.Task is { } task ? await BeginAsync(task).ConfigureAwait(false)
                : each.StatusUpdate is { } change && await TakeAsync(change.Status).ConfigureAwait(false))
                return true;
        }
        return false;
    }

    /// <summary>The task as it is stands for all that came before it.</summary>
    private async Task<bool> BeginAsync(AgentTask task)
    {
        // Its status is taken next, and may be one that was heard already.
        _task = task with { Status = _task?.Status ?? new() };
        _artifacts.Begin(task.Artifacts);
        return await TakeAsync(task.Status).ConfigureAwait(false);
    }

    /// <summary>Returns whether nothing can follow that concerns this caller.</summary>
    private async Task<bool> TakeAsync(TaskStatus status)
    {
        var task = _task ?? throw new A2AException(A2AErrorCode.InvalidAgentResponse, "The agent's stream does not begin with the task.");
        var known = IsSame(task.Status, status);
        _task = task with { Status = status };
        if (!known && heard is not null)
            await heard(status).ConfigureAwait(false);
        return status.State.IsTerminal() || status.State == TaskState.InputRequired;
    }

    private async Task CancelAsync(string taskId)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout, _time);
        try
        {
            await _follow.CancelTaskAsync(taskId, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is A2AException or HttpRequestException or OperationCanceledException)
        {
            // It has ended meanwhile, or cannot be reached: it is over for this caller either way.
        }
    }

    private static bool IsSame(TaskStatus one, TaskStatus other) =>
        one.State == other.State && one.Timestamp == other.Timestamp && one.Message?.MessageId == other.Message?.MessageId;

    /// <summary>An agent or proxy that is about to be there again, or a task that ended between being fetched and being subscribed to.</summary>
    private static bool IsBroken(Exception exception) => exception is HttpRequestException or IOException
        || exception is A2AException { Code: A2AErrorCode.Overloaded or A2AErrorCode.UnsupportedOperation } or A2AException { HttpStatus: 502 or 504 };
}
