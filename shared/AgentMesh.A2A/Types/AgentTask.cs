using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>A unit of work with an id, a state, a history and artifacts: the protocol's <c>Task</c> (A2A §4.1.1).</summary>
public sealed record AgentTask
{
    /// <summary>Made by the server. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The conversation the task belongs to.</summary>
    public string? ContextId { get; init; }

    /// <summary>The current state. Required.</summary>
    public TaskStatus Status { get; init => field = value ?? new(); } = new();

    /// <summary>What the task has produced; <see langword="null"/> where artifacts were not asked for or there are none.</summary>
    public IReadOnlyList<Artifact>? Artifacts { get; init; }

    /// <summary>The messages of the task, oldest first; <see langword="null"/> where history was not asked for or there is none.</summary>
    public IReadOnlyList<Message>? History { get; init; }

    /// <summary>Anything else about the task.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
}

/// <summary>The state of a task at a moment (A2A §4.1.2).</summary>
public sealed record TaskStatus
{
    /// <summary>The state. Required.</summary>
    public TaskState State { get; init; }

    /// <summary>What the agent says about it.</summary>
    public Message? Message { get; init; }

    /// <summary>When the state was reported; millisecond precision, UTC.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}
