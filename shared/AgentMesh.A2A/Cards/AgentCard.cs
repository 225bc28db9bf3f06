namespace AgentMesh.A2A;

/// <summary>What an agent says about itself (A2A §4.4.1).</summary>
public sealed record AgentCard
{
    /// <summary>The agent's name. Required.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What the agent does. Required.</summary>
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>Where and how the agent is reached, the preferred one first. Required.</summary>
    public IReadOnlyList<AgentInterface> SupportedInterfaces { get; init => field = value ?? []; } = [];

    /// <summary>Who runs the agent.</summary>
    public AgentProvider? Provider { get; init; }

    /// <summary>The agent's own version. Required.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>Where its documentation is.</summary>
    public string? DocumentationUrl { get; init; }

    /// <summary>What of the protocol it supports. Required.</summary>
    public AgentCapabilities Capabilities { get; init => field = value ?? new(); } = new();

    /// <summary>The ways to authenticate, by a name that the requirements refer to.</summary>
    public IReadOnlyDictionary<string, SecurityScheme>? SecuritySchemes { get; init; }

    /// <summary>Alternatives, one of which a caller must satisfy.</summary>
    public IReadOnlyList<SecurityRequirement>? SecurityRequirements { get; init; }

    /// <summary>Media types that the agent takes. Required.</summary>
    public IReadOnlyList<string> DefaultInputModes { get; init => field = value ?? []; } = [];

    /// <summary>Media types that the agent returns. Required.</summary>
    public IReadOnlyList<string> DefaultOutputModes { get; init => field = value ?? []; } = [];

    /// <summary>What the agent can do. Required.</summary>
    public IReadOnlyList<AgentSkill> Skills { get; init => field = value ?? []; } = [];

    /// <summary>Signatures over the card without this member (A2A §8.4).</summary>
    public IReadOnlyList<AgentCardSignature>? Signatures { get; init; }

    /// <summary>A picture.</summary>
    public string? IconUrl { get; init; }
}

/// <summary>One way to reach an agent (A2A §4.4.6).</summary>
public sealed record AgentInterface
{
    /// <summary>Where. Required.</summary>
    public string Url { get; init => field = value ?? ""; } = "";

    /// <summary><c>JSONRPC</c>, <c>HTTP+JSON</c>, <c>GRPC</c> or the URI of another binding. Required.</summary>
    public string ProtocolBinding { get; init => field = value ?? ""; } = "";

    /// <summary>The tenant that every request to this interface names.</summary>
    public string? Tenant { get; init; }

    /// <summary>Major and minor version of the protocol: <c>1.0</c>. Required.</summary>
    public string ProtocolVersion { get; init => field = value ?? ""; } = "";
}

/// <summary>Who runs an agent (A2A §4.4.2).</summary>
public sealed record AgentProvider
{
    /// <summary>Its web site. Required.</summary>
    public string Url { get; init => field = value ?? ""; } = "";

    /// <summary>Its name. Required.</summary>
    public string Organization { get; init => field = value ?? ""; } = "";
}

/// <summary>A detached JWS over a card (A2A §4.4.7).</summary>
public sealed record AgentCardSignature
{
    /// <summary>The protected header, base64url. Required.</summary>
    public string Protected { get; init => field = value ?? ""; } = "";

    /// <summary>The signature, base64url. Required.</summary>
    public string Signature { get; init => field = value ?? ""; } = "";

    /// <summary>The unprotected header. Never used to decide anything.</summary>
    public IReadOnlyDictionary<string, System.Text.Json.JsonElement>? Header { get; init; }
}
