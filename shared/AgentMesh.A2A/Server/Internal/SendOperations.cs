namespace AgentMesh.A2A.Internal;

/// <summary><c>SendMessage</c> and <c>SendStreamingMessage</c> (A2A §3.1.1, §3.1.2).</summary>
internal sealed class SendOperations(
    IAgentExecutor executor, LiveTasks tasks, TaskRunner runner, PushOperations push, ContentTypes contentTypes, TimeProvider time)
{
    private const string NotBegun = "The agent could not begin the task.";

    public async ValueTask<SendMessageResponse> SendAsync(CallContext call, SendMessageRequest request, CancellationToken cancellationToken)
    {
        var historyLength = request.Configuration?.HistoryLength;
        var (answer, use, outcome) = await AcceptAsync(call, request, cancellationToken).ConfigureAwait(false);
        if (answer is not null)
            return new() { Message = answer };
        using var _ = use;
        using var reader = outcome!.Reader;
        if (request.Configuration?.ReturnImmediately != true && outcome.Expected)
            await foreach (var item in reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                if (item.IsTerminal || item.IsInterrupted)
                    break;
        return new() { Task = use!.Task.Snapshot(historyLength, includeArtifacts: true) };
    }

    public async ValueTask<TaskStream> StreamAsync(CallContext call, SendMessageRequest request, CancellationToken cancellationToken)
    {
        var (answer, use, outcome) = await AcceptAsync(call, request, cancellationToken).ConfigureAwait(false);
        return answer is not null
            ? new(answer)
            : new(use!, WithHistory(outcome!.Task, request.Configuration?.HistoryLength), outcome.Reader, untilInput: true);
    }

    private async ValueTask<(Message? Answer, LiveTaskUse? Use, DeliveryOutcome? Outcome)> AcceptAsync(
        CallContext call, SendMessageRequest request, CancellationToken cancellationToken)
    {
        var message = RequestValidation.Check(request);
        contentTypes.Check(message);
        if (request.Configuration?.TaskPushNotificationConfig is { } config)
            push.CheckUrl(config, "configuration.taskPushNotificationConfig.url");

        var begins = string.IsNullOrEmpty(message.TaskId);
        if (begins && call.Authorize is { } authorize)
            await authorize(request, null).ConfigureAwait(false);
        if (begins && await executor.TryAnswerAsync(request, cancellationToken).ConfigureAwait(false) is { } answer)
            return (answer with { ContextId = answer.ContextId ?? message.ContextId }, null, null);

        var use = begins
            ? await BeginAsync(call, message, cancellationToken).ConfigureAwait(false)
            : await ContinueAsync(call, request, message, cancellationToken).ConfigureAwait(false);
        try
        {
            if (begins)
                call.TaskMade?.Invoke(use.Task.Id);
            message = message with { TaskId = use.Task.Id, ContextId = use.Task.ContextId };
            // The task is in the store: hanging up changes nothing any more.
            if (request.Configuration?.TaskPushNotificationConfig is { } webhook)
                await push.AddAsync(call, use.Task, webhook with { TaskId = use.Task.Id }, CancellationToken.None).ConfigureAwait(false);
            var outcome = await use.Task.DeliverAsync(new(request with { Message = message }, call), inHistory: begins).ConfigureAwait(false);
            if (outcome.Start)
                runner.Start(tasks.Find(call.Owner, use.Task.Id)!);
            return (null, use, outcome);
        }
        catch
        {
            using (use)
                if (begins)
                    await use.Task.EndAsync(TaskState.Failed, NotBegun).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<LiveTaskUse> BeginAsync(CallContext call, Message message, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var contextId = string.IsNullOrEmpty(message.ContextId) ? Guid.NewGuid().ToString() : message.ContextId;
        var task = new AgentTask
        {
            Id = id,
            ContextId = contextId,
            Status = new() { State = TaskState.Submitted, Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()) },
            History = [message with { TaskId = id, ContextId = contextId }],
        };
        return await tasks.AddAsync(call.Owner, task, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<LiveTaskUse> ContinueAsync(CallContext call, SendMessageRequest request, Message message, CancellationToken cancellationToken)
    {
        var use = await tasks.UseAsync(call.Owner, message.TaskId!, cancellationToken).ConfigureAwait(false);
        try
        {
            if (!string.IsNullOrEmpty(message.ContextId) && message.ContextId != use.Task.ContextId)
                throw A2AException.Invalid("message.contextId", "Not the context of the task that message.taskId names.");
            if (call.Authorize is { } authorize)
                await authorize(request, use.Task.Snapshot(historyLength: null, includeArtifacts: false)).ConfigureAwait(false);
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    private static AgentTask WithHistory(AgentTask task, int? length) => length switch
    {
        null => task,
        0 => task with { History = null },
        { } most => task with { History = [.. (task.History ?? []).TakeLast(most)] },
    };
}
