using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>
/// What an executor knows about the task it works on, and where it reports to. Each report is in the store, and on its way to every
/// stream and webhook of the task in the order of reporting, when the call returns.
/// </summary>
/// <remarks>
/// Reports throw <see cref="OperationCanceledException"/> once the task was canceled, and
/// <see cref="InvalidOperationException"/> after the executor itself has ended the task.
/// </remarks>
public sealed class AgentTaskContext
{
    private readonly LiveTask _task;
    private readonly SendMessageRequest _request;

    internal AgentTaskContext(LiveTask task, SendMessageRequest request, CallContext call)
    {
        _task = task;
        _request = request;
        Extensions = call.Extensions;
        State = call.State;
    }

    /// <summary>The task's id.</summary>
    public string TaskId => _task.Id;

    /// <summary>The conversation's id. It is the owner's own: equal ids of two owners have nothing to do with each other.</summary>
    public string ContextId => _task.ContextId;

    /// <summary>The party that made the task.</summary>
    public string Owner => _task.Owner;

    /// <summary>The message to work on.</summary>
    public Message Message => _request.Message!;

    /// <summary>Metadata of the request.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata => _request.Metadata;

    /// <summary>Media types that the client can take; empty means any.</summary>
    public IReadOnlyList<string> AcceptedOutputModes => _request.Configuration?.AcceptedOutputModes ?? [];

    /// <summary>Extensions that the client asked for and the card announces.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>What <see cref="A2AServerOptions.CaptureState"/> took from the request.</summary>
    public object? State { get; }

    /// <summary>The task as it is now, with history and artifacts.</summary>
    public AgentTask Snapshot() => _task.Snapshot(historyLength: null, includeArtifacts: true);

    /// <summary>Reports a status.</summary>
    public ValueTask SetStatusAsync(TaskState state, Message? message = null) => _task.ReportStatusAsync(state, message, keep: true);

    /// <summary>Reports that work goes on, in words. Kept in the history.</summary>
    public ValueTask WorkingAsync(string text) => SetStatusAsync(TaskState.Working, Message.FromAgent(Part.FromText(text)));

    /// <summary>
    /// Reports how far the work is: a status message with a data part <c>{ "progress": 0.6 }</c>. Not kept in the history.
    /// </summary>
    /// <param name="progress">From 0 to 1.</param>
    /// <param name="text">What is being done.</param>
    public ValueTask ProgressAsync(double progress, string? text = null)
    {
        if (progress is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(progress), progress, "Progress goes from 0 to 1.");
        var data = Part.FromData(TaskProgress.ToJson(progress));
        return _task.ReportStatusAsync(TaskState.Working, text is null ? Message.FromAgent(data) : Message.FromAgent(data, Part.FromText(text)), keep: false);
    }

    /// <summary>Reports what is being done, in words. Not kept in the history.</summary>
    public ValueTask NoteAsync(string text) => _task.ReportStatusAsync(TaskState.Working, Message.FromAgent(Part.FromText(text)), keep: false);

    /// <summary>Reports a whole artifact. An artifact of the same id is replaced.</summary>
    public ValueTask AddArtifactAsync(Artifact artifact) => _task.ReportArtifactAsync(artifact, append: false, lastChunk: true);

    /// <summary>Reports a piece of an artifact; the first piece of an id makes the artifact.</summary>
    /// <param name="piece">The artifact's id and the parts that are new.</param>
    /// <param name="lastChunk">Whether it is whole now.</param>
    public ValueTask AppendArtifactAsync(Artifact piece, bool lastChunk = false) => _task.ReportArtifactAsync(piece, append: true, lastChunk);

    /// <summary>Ends the task: done.</summary>
    public ValueTask CompleteAsync(string? text = null) => EndAsync(TaskState.Completed, text);

    /// <summary>Ends the task: it went wrong, for a reason that the client may read.</summary>
    public ValueTask FailAsync(string reason) => EndAsync(TaskState.Failed, reason);

    /// <summary>Ends the task: the agent will not do it.</summary>
    public ValueTask RejectAsync(string reason) => EndAsync(TaskState.Rejected, reason);

    /// <summary>
    /// Asks the client. Return after it and be called again with the answer, or await <see cref="ReceiveAsync"/>.
    /// </summary>
    public ValueTask RequireInputAsync(string question) => EndAsync(TaskState.InputRequired, question);

    /// <summary>
    /// Says that an authorization is needed that arrives out of band (A2A §7.6). The state authorizes nothing: check the credential
    /// when it arrives, then report <see cref="TaskState.Working"/> and go on.
    /// </summary>
    /// <param name="message">Which authorization is needed, by whom, for what.</param>
    public ValueTask RequireAuthorizationAsync(Message message) => SetStatusAsync(TaskState.AuthRequired, message);

    /// <summary>Waits for the next message that the client sends to this task.</summary>
    public ValueTask<Message> ReceiveAsync(CancellationToken cancellationToken) => _task.ReceiveAsync(cancellationToken);

    private ValueTask EndAsync(TaskState state, string? text) =>
        SetStatusAsync(state, text is null ? null : Message.FromAgent(Part.FromText(text)));
}
