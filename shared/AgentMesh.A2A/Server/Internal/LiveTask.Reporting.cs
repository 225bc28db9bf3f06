namespace AgentMesh.A2A.Internal;

/// <summary>The half of a live task that changes its state.</summary>
internal sealed partial class LiveTask
{
    public async ValueTask ReportStatusAsync(TaskState state, Message? message, bool keep)
    {
        await _writer.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfEnded();
            await PublishStatusAsync(state, message, keep).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    public async ValueTask ReportArtifactAsync(Artifact artifact, bool append, bool lastChunk)
    {
        if (artifact.ArtifactId.Length == 0 || artifact.Parts.Count == 0)
            throw new ArgumentException("An artifact has an id and at least one part.", nameof(artifact));
        await _writer.WaitAsync().ConfigureAwait(false);
        try
        {
            ThrowIfEnded();
            var update = new TaskArtifactUpdateEvent { TaskId = Id, ContextId = ContextId, Artifact = artifact, Append = append, LastChunk = lastChunk };
            await PublishAsync(new() { TaskId = Id, Artifact = update }, new() { ArtifactUpdate = update }).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Ends the task whatever its executor is doing. Returns whether it had not ended before.</summary>
    public ValueTask<bool> EndAsync(TaskState state, string? reason) => EndAsync(state, reason, () => !State.IsTerminal());

    /// <summary>Fails the task if it has been waiting since before a time, and no message to it is on its way.</summary>
    public ValueTask<bool> AbandonAsync(DateTimeOffset before, string reason) => EndAsync(TaskState.Failed, reason, () =>
    {
        lock (_gate)
            return _record.State.IsInterrupted() && _record.Updated < before.ToUnixTimeMilliseconds() && _inbox.Reader.Count == 0;
    });

    private async ValueTask<bool> EndAsync(TaskState state, string? reason, Func<bool> may)
    {
        await _writer.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!may())
                return false;
            await PublishStatusAsync(state, reason is null ? null : Message.FromAgent(Part.FromText(reason)), keep: true).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
        await StopAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Asks the executor to stop.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    /// <summary>Ends the streams, whatever the task's state.</summary>
    public void EndStreams() => _log.End();

    public static A2AException HasEnded() =>
        new(A2AErrorCode.UnsupportedOperation, "The task has ended; it takes no more messages and has no more updates.");

    private async ValueTask PublishStatusAsync(TaskState state, Message? message, bool keep)
    {
        message = message is null ? null : message with { TaskId = Id, ContextId = ContextId };
        var status = new TaskStatus { State = state, Message = message, Timestamp = Now() };
        await PublishAsync(
            new() { TaskId = Id, Status = status, Message = keep ? message : null },
            new() { StatusUpdate = new() { TaskId = Id, ContextId = ContextId, Status = status } }).ConfigureAwait(false);
        if (!state.IsTerminal())
            return;
        _log.End();
        A2ATelemetry.TasksEnded.Add(1, new KeyValuePair<string, object?>("a2a.task.state", state.ToString()));
    }

    private async ValueTask PublishAsync(TaskChange change, StreamResponse response)
    {
        // First: what cannot be written is not kept either, or the task could not be read any more.
        var item = TaskEvent.From(response);
        await _store.ApplyAsync(Owner, change, CancellationToken.None).ConfigureAwait(false);
        await _log.AppendAsync(item, () => _record.Apply(change), _gate).ConfigureAwait(false);
        _push.Publish(this, item);
    }

    /// <summary>Milliseconds, and never before the status that it follows.</summary>
    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(_time.GetUtcNow().ToUnixTimeMilliseconds(), _record.Updated));

    private void ThrowIfEnded()
    {
        var state = State;
        if (state == TaskState.Canceled || (state.IsTerminal() && _stop.IsCancellationRequested))
            throw new OperationCanceledException($"Task {Id} has been canceled.", _stop.Token);
        if (state.IsTerminal())
            throw new InvalidOperationException($"Task {Id} has ended; nothing can be reported for it.");
    }
}
