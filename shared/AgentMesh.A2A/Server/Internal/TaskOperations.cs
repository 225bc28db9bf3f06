namespace AgentMesh.A2A.Internal;

/// <summary>Get, list, cancel and subscribe (A2A §3.1.3 to §3.1.6).</summary>
internal sealed class TaskOperations(ITaskStore store, LiveTasks tasks)
{
    public async ValueTask<AgentTask> GetAsync(CallContext call, GetTaskRequest request, CancellationToken cancellationToken)
    {
        RequestValidation.Check(request);
        var owner = OwnerOf(call, request.Id);
        using (var use = tasks.Find(owner, request.Id))
            if (use is not null)
                return use.Task.Snapshot(request.HistoryLength, includeArtifacts: true);
        return await store.FindAsync(owner, request.Id, request.HistoryLength, includeArtifacts: true, cancellationToken).ConfigureAwait(false)
            ?? throw NotFound(request.Id);
    }

    public async ValueTask<ListTasksResponse> ListAsync(CallContext call, ListTasksRequest request, CancellationToken cancellationToken)
    {
        var query = RequestValidation.Check(request);
        var page = await store.ListAsync(call.Owner, query, cancellationToken).ConfigureAwait(false);
        return new()
        {
            // Asked for, artifacts are there even if there are none; not asked for, the member is absent (A2A §3.1.4).
            Tasks = query.IncludeArtifacts ? [.. page.Tasks.Select(task => task with { Artifacts = task.Artifacts ?? [] })] : page.Tasks,
            NextPageToken = page.NextCursor,
            PageSize = query.PageSize,
            TotalSize = page.Total,
        };
    }

    public async ValueTask<AgentTask> CancelAsync(CallContext call, CancelTaskRequest request, CancellationToken cancellationToken)
    {
        RequestValidation.CheckId("id", request.Id);
        using var use = await tasks.UseAsync(OwnerOf(call, request.Id), request.Id, cancellationToken).ConfigureAwait(false);
        if (!await use.Task.EndAsync(TaskState.Canceled, null).ConfigureAwait(false))
            throw new A2AException(A2AErrorCode.TaskNotCancelable, "The task has ended and cannot be canceled.")
            {
                Metadata = new Dictionary<string, string> { ["taskId"] = request.Id },
            };
        return use.Task.Snapshot(historyLength: null, includeArtifacts: true);
    }

    public async ValueTask<TaskStream> SubscribeAsync(CallContext call, SubscribeToTaskRequest request, CancellationToken cancellationToken)
    {
        RequestValidation.CheckId("id", request.Id);
        var use = await tasks.UseAsync(OwnerOf(call, request.Id), request.Id, cancellationToken).ConfigureAwait(false);
        var (task, reader) = use.Task.Subscribe();
        if (!task.Status.State.IsTerminal())
            return new(use, task, reader, untilInput: false);
        reader.Dispose();
        use.Dispose();
        throw LiveTask.HasEnded();
    }

    /// <summary>The caller, unless the task was made for it by somebody else: then whoever made it.</summary>
    private static string OwnerOf(CallContext call, string taskId) => call.FindDelegatingOwner?.Invoke(taskId) ?? call.Owner;

    private static A2AException NotFound(string taskId) =>
        new(A2AErrorCode.TaskNotFound) { Metadata = new Dictionary<string, string> { ["taskId"] = taskId } };
}
