using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>One event of a stream or a push notification (A2A §3.2.3): exactly one member is set.</summary>
public sealed record StreamResponse
{
    /// <summary>The task as it is now; the first event of a task's stream.</summary>
    public AgentTask? Task { get; init; }

    /// <summary>A direct answer; the only event of its stream.</summary>
    public Message? Message { get; init; }

    /// <summary>The task's status changed.</summary>
    public TaskStatusUpdateEvent? StatusUpdate { get; init; }

    /// <summary>An artifact was made or grew.</summary>
    public TaskArtifactUpdateEvent? ArtifactUpdate { get; init; }

    /// <summary>The state that this event reports, if it reports one.</summary>
    [JsonIgnore]
    public TaskState? State => StatusUpdate?.Status.State ?? Task?.Status.State;
}

/// <summary>The answer to <c>SendMessage</c> (A2A §3.1.1): a task or a direct message.</summary>
public sealed record SendMessageResponse
{
    /// <summary>The task that does the work.</summary>
    public AgentTask? Task { get; init; }

    /// <summary>The answer itself, where no task was needed.</summary>
    public Message? Message { get; init; }
}

/// <summary>A change of a task's status (A2A §4.2.1).</summary>
public sealed record TaskStatusUpdateEvent
{
    /// <summary>The task. Required.</summary>
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>The conversation. Required.</summary>
    public string ContextId { get; init => field = value ?? ""; } = "";

    /// <summary>The new status. Required.</summary>
    public TaskStatus Status { get; init => field = value ?? new(); } = new();

    /// <summary>Anything else about the event.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}

/// <summary>An artifact, or a further piece of one (A2A §4.2.2).</summary>
public sealed record TaskArtifactUpdateEvent
{
    /// <summary>The task. Required.</summary>
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>The conversation. Required.</summary>
    public string ContextId { get; init => field = value ?? ""; } = "";

    /// <summary>The artifact, with the parts that are new. Required.</summary>
    public Artifact Artifact { get; init => field = value ?? new(); } = new();

    /// <summary>Whether the parts are appended to the artifact of the same id; otherwise they replace it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Append { get; init; }

    /// <summary>Whether the artifact is whole now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LastChunk { get; init; }

    /// <summary>Anything else about the event.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}
