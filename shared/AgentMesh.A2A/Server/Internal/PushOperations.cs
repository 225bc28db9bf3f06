namespace AgentMesh.A2A.Internal;

/// <summary>Push notification configurations (A2A §3.1.7 to §3.1.10).</summary>
internal sealed class PushOperations(ITaskStore store, LiveTasks tasks, PushDelivery delivery, A2AServerOptions options)
{
    public void RequireSupport()
    {
        if (options.Card!.Capabilities.PushNotifications != true)
            throw new A2AException(A2AErrorCode.PushNotificationNotSupported);
    }

    /// <summary>Refuses what is certain to be blocked; names are checked again when they have been resolved, on each connection.</summary>
    public void CheckUrl(TaskPushNotificationConfig config, string field)
    {
        RequireSupport();
        if (WebhookUrl.Refuse(config.Url, options.Push) is { } reason)
            throw A2AException.Invalid(field, reason);
    }

    public async ValueTask<TaskPushNotificationConfig> CreateAsync(CallContext call, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        RequireSupport();
        RequestValidation.Check(config);
        CheckUrl(config, "url");
        using var use = await tasks.UseAsync(call.Owner, config.TaskId!, cancellationToken).ConfigureAwait(false);
        return await AddAsync(call, use.Task, config, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TaskPushNotificationConfig> AddAsync(CallContext call, LiveTask task, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        config = config with { Id = string.IsNullOrEmpty(config.Id) ? Guid.NewGuid().ToString() : config.Id, Tenant = null };
        // Counted and added as one, and in one order with what the task reports.
        await task.ExclusivelyAsync(async () =>
        {
            var present = await store.FindPushConfigsAsync(call.Owner, task.Id, cancellationToken).ConfigureAwait(false);
            if (present.Count >= options.Push.MaxConfigsPerTask && present.All(each => each.Id != config.Id))
                throw new A2AException(A2AErrorCode.UnsupportedOperation, $"A task has at most {options.Push.MaxConfigsPerTask} push notification configurations.");
            await store.SetPushConfigAsync(call.Owner, config, cancellationToken).ConfigureAwait(false);
            delivery.Attach(task, config);
        }, cancellationToken).ConfigureAwait(false);
        return config;
    }

    public async ValueTask<TaskPushNotificationConfig> GetAsync(CallContext call, GetTaskPushNotificationConfigRequest request, CancellationToken cancellationToken)
    {
        RequireSupport();
        RequestValidation.CheckId("id", request.Id);
        var configs = await FindAsync(call, request.TaskId, cancellationToken).ConfigureAwait(false);
        return configs.FirstOrDefault(config => config.Id == request.Id)
            ?? throw new A2AException(A2AErrorCode.TaskNotFound, "The task has no such push notification configuration.");
    }

    public async ValueTask<ListTaskPushNotificationConfigsResponse> ListAsync(CallContext call, ListTaskPushNotificationConfigsRequest request, CancellationToken cancellationToken)
    {
        RequireSupport();
        return new() { Configs = await FindAsync(call, request.TaskId, cancellationToken).ConfigureAwait(false) };
    }

    public async ValueTask DeleteAsync(CallContext call, DeleteTaskPushNotificationConfigRequest request, CancellationToken cancellationToken)
    {
        RequireSupport();
        RequestValidation.CheckId("id", request.Id);
        await RequireTaskAsync(call, request.TaskId, cancellationToken).ConfigureAwait(false);
        await store.DeletePushConfigAsync(call.Owner, request.TaskId, request.Id, cancellationToken).ConfigureAwait(false);
        delivery.Detach(request.TaskId, request.Id);
    }

    private async ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindAsync(CallContext call, string taskId, CancellationToken cancellationToken)
    {
        await RequireTaskAsync(call, taskId, cancellationToken).ConfigureAwait(false);
        return await store.FindPushConfigsAsync(call.Owner, taskId, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RequireTaskAsync(CallContext call, string taskId, CancellationToken cancellationToken)
    {
        RequestValidation.CheckId("taskId", taskId);
        if (await store.FindAsync(call.Owner, taskId, historyLength: 0, includeArtifacts: false, cancellationToken).ConfigureAwait(false) is null)
            throw new A2AException(A2AErrorCode.TaskNotFound) { Metadata = new Dictionary<string, string> { ["taskId"] = taskId } };
    }
}
