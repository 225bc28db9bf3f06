using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>One turn of a conversation (A2A §4.1.4).</summary>
public sealed record Message
{
    /// <summary>Made by whoever wrote the message. Required.</summary>
    public string MessageId { get; init => field = value ?? ""; } = "";

    /// <summary>The conversation the message belongs to.</summary>
    public string? ContextId { get; init; }

    /// <summary>The task the message continues.</summary>
    public string? TaskId { get; init; }

    /// <summary>Who wrote it. Required.</summary>
    public Role Role { get; init; }

    /// <summary>The content; at least one part.</summary>
    public IReadOnlyList<Part> Parts { get; init => field = value ?? []; } = [];

    /// <summary>Anything else; extensions keep their data here under their URI.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>URIs of the extensions that the message uses.</summary>
    public IReadOnlyList<string>? Extensions { get; init; }

    /// <summary>Tasks that the message refers to.</summary>
    public IReadOnlyList<string>? ReferenceTaskIds { get; init; }

    /// <summary>All text parts, one a line.</summary>
    [JsonIgnore]
    public string Text => string.Join('\n', Parts.Select(part => part.Text).OfType<string>());

    /// <summary>A message from the client that consists of <paramref name="text"/>, with a fresh id.</summary>
    public static Message FromUser(string text, string? contextId = null, string? taskId = null) => new()
    {
        MessageId = Guid.NewGuid().ToString(),
        Role = Role.User,
        Parts = [Part.FromText(text)],
        ContextId = contextId,
        TaskId = taskId,
    };

    /// <summary>A message from the agent, with a fresh id.</summary>
    public static Message FromAgent(params IReadOnlyList<Part> parts) => new()
    {
        MessageId = Guid.NewGuid().ToString(),
        Role = Role.Agent,
        Parts = parts,
    };
}
