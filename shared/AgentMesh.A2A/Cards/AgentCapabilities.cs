using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.A2A;

/// <summary>What of the protocol an agent supports (A2A §4.4.3). Absent means no.</summary>
public sealed record AgentCapabilities
{
    /// <summary>Streams.</summary>
    public bool? Streaming { get; init; }

    /// <summary>Push notifications.</summary>
    public bool? PushNotifications { get; init; }

    /// <summary>Extensions of the protocol.</summary>
    public IReadOnlyList<AgentExtension>? Extensions { get; init; }

    /// <summary>A card with more in it for callers that have authenticated.</summary>
    public bool? ExtendedAgentCard { get; init; }
}

/// <summary>An extension of the protocol (A2A §4.4.4).</summary>
public sealed record AgentExtension
{
    /// <summary>The URI that identifies it.</summary>
    public string Uri { get; init => field = value ?? ""; } = "";

    /// <summary>What the agent uses it for.</summary>
    public string? Description { get; init; }

    /// <summary>Whether a client that does not declare it is refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Required { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Params { get; init; }
}

/// <summary>Something an agent can do (A2A §4.4.5).</summary>
public sealed record AgentSkill
{
    /// <summary>Unique within the card. Required.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>A name for people. Required.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it does. Required.</summary>
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>Keywords to find it by. Required.</summary>
    public IReadOnlyList<string> Tags { get; init => field = value ?? []; } = [];

    /// <summary>Requests it can serve, in words.</summary>
    public IReadOnlyList<string>? Examples { get; init; }

    /// <summary>Media types it takes, where they differ from the card's.</summary>
    public IReadOnlyList<string>? InputModes { get; init; }

    /// <summary>Media types it returns, where they differ from the card's.</summary>
    public IReadOnlyList<string>? OutputModes { get; init; }

    /// <summary>Alternatives, one of which a caller must satisfy to use the skill.</summary>
    public IReadOnlyList<SecurityRequirement>? SecurityRequirements { get; init; }
}
