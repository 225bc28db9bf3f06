using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>An output of a task (A2A §4.1.7).</summary>
public sealed record Artifact
{
    /// <summary>Unique within the task. Required.</summary>
    public string ArtifactId { get; init => field = value ?? ""; } = "";

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>The content; at least one part.</summary>
    public IReadOnlyList<Part> Parts { get; init => field = value ?? []; } = [];

    /// <summary>Anything else about the artifact.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>URIs of the extensions that the artifact uses.</summary>
    public IReadOnlyList<string>? Extensions { get; init; }
}
