namespace AgentMesh.A2A;

/// <summary>
/// An agent: the one class that its author writes. The server calls it for each message that begins or continues a task, and
/// keeps ids, states, history, streams, cancellation and storage to itself.
/// </summary>
public interface IAgentExecutor
{
    /// <summary>
    /// Works on a message. Reports go through <paramref name="context"/>. The task is working when this begins; when it returns
    /// without having reported an end or an interruption, the task is completed; when it throws, the task has failed (the
    /// exception is logged and its text kept from the client).
    /// </summary>
    /// <param name="context">The task, the message, and what to report to.</param>
    /// <param name="cancellationToken">Fires when the task is canceled or the server stops, not when a client hangs up.</param>
    Task ExecuteAsync(AgentTaskContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Answers a message that begins no task, before one is made. <see langword="null"/>, the default, makes a task.
    /// </summary>
    /// <param name="request">The request, valid and without a task id.</param>
    /// <param name="cancellationToken">Fires when the client hangs up.</param>
    ValueTask<Message?> TryAnswerAsync(SendMessageRequest request, CancellationToken cancellationToken) => default;
}
