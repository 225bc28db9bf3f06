namespace AgentMesh.A2A.Mesh;

/// <summary>
/// Follows one task of a callee to its end and carries to the task being worked on here what those who wait should see: words about progress, and that
/// an authorization is awaited. A stream that breaks is taken up again.
/// </summary>
internal sealed class TaskRelay(A2AClient client, A2AClient follow, string agent) : IAsyncDisposable
{
    private const int MostReconnects = 5;
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(200);

    private readonly SkillTask? _here = SkillTask.Current;
    private readonly Dictionary<string, Artifact> _artifacts = new(StringComparer.Ordinal);
    private AgentTask? _task;
    private IAsyncDisposable? _awaiting;

    public string? TaskId => _task?.Id;

    /// <summary>Sends the message, and returns the task as it ended or as it asks back.</summary>
    public async Task<AgentTask> RunAsync(Message message, CancellationToken cancellationToken)
    {
        var events = client.SendStreamingMessageAsync(new() { Message = message }, cancellationToken);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await FollowAsync(events).ConfigureAwait(false))
                    return _task! with { Artifacts = [.. _artifacts.Values] };
            }
            catch (Exception exception) when (_task is not null && attempt < MostReconnects && IsBroken(exception))
            {
                // The task goes on without its stream.
            }
            if (_task is null || attempt >= MostReconnects)
                throw new A2AException(A2AErrorCode.InvalidAgentResponse, "The agent's stream ended before the task did.");
            await Task.Delay(ReconnectDelay * (attempt + 1), cancellationToken).ConfigureAwait(false);
            if (await FetchAsync(cancellationToken).ConfigureAwait(false) is { } ended)
                return ended;
            events = follow.SubscribeToTaskAsync(_task.Id, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ResumeAsync();

    private async Task<AgentTask?> FetchAsync(CancellationToken cancellationToken)
    {
        var task = await follow.GetTaskAsync(_task!.Id, historyLength: 0, cancellationToken).ConfigureAwait(false);
        return task.Status.State.IsTerminal() ? task : null;
    }

    private async Task<bool> FollowAsync(IAsyncEnumerable<StreamResponse> events)
    {
        await foreach (var each in events.ConfigureAwait(false))
        {
            if (each.Task is { } task)
            {
                _task = task;
                _artifacts.Clear();
                foreach (var artifact in task.Artifacts ?? [])
                    _artifacts[artifact.ArtifactId] = artifact;
            }
            else if (each.Message is { } answer)
            {
                _task = new() { Status = new() { State = TaskState.Completed } };
                _artifacts[""] = new() { Parts = answer.Parts };
                return true;
            }
            else if (each.ArtifactUpdate is { } update)
            {
                Apply(update);
            }
            if ((each.Task?.Status ?? each.StatusUpdate?.Status) is { } status && await TakeAsync(status).ConfigureAwait(false))
                return true;
        }
        return false;
    }

    /// <summary>Returns whether nothing can follow that concerns this caller.</summary>
    private async Task<bool> TakeAsync(TaskStatus status)
    {
        _task = (_task ?? throw new A2AException(A2AErrorCode.InvalidAgentResponse, "The agent's stream does not begin with the task.")) with { Status = status };
        if (status.State == TaskState.AuthRequired)
            await AwaitAsync(AuthorizationNotice.Of(status)).ConfigureAwait(false);
        else
            await ResumeAsync().ConfigureAwait(false);
        if (status.State == TaskState.Working && _here is not null && status.Message?.Text is { Length: > 0 } text)
            await _here.Context.NoteAsync($"{agent}: {AuthorizationNotice.Line(text)}").ConfigureAwait(false);
        return status.State.IsTerminal() || status.State == TaskState.InputRequired;
    }

    private async ValueTask AwaitAsync(AuthorizationNotice? notice)
    {
        await ResumeAsync().ConfigureAwait(false);
        // Without words for it there is nothing to pass on; the callee waits all the same.
        if (_here is not null && notice is not null)
            _awaiting = await _here.AwaitAuthorizationAsync(notice).ConfigureAwait(false);
    }

    private async ValueTask ResumeAsync()
    {
        if (_awaiting is not { } awaiting)
            return;
        _awaiting = null;
        await awaiting.DisposeAsync().ConfigureAwait(false);
    }

    private void Apply(TaskArtifactUpdateEvent update)
    {
        var (id, piece) = (update.Artifact.ArtifactId, update.Artifact);
        _artifacts[id] = update.Append && _artifacts.TryGetValue(id, out var whole) ? whole with { Parts = [.. whole.Parts, .. piece.Parts] } : piece;
    }

    private static bool IsBroken(Exception exception) =>
        exception is HttpRequestException or IOException || exception is A2AException { Code: A2AErrorCode.Overloaded };
}
