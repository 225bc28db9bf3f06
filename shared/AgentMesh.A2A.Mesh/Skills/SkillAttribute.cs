namespace AgentMesh.A2A.Mesh;

/// <summary>Announces a skill on the agent's card, and says what a caller must have been granted to use it.</summary>
/// <param name="id">Unique within the agent; callers find it by this name: <c>score-portfolio</c>.</param>
/// <param name="scopes">Scopes of the manifest, all of which a caller needs. A skill without a scope is refused to everybody and not announced.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SkillAttribute(string id, params string[] scopes) : Attribute
{
    /// <summary>The skill's id.</summary>
    public string Id => id;

    /// <summary>What a caller needs.</summary>
    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>A name for people; the id without one.</summary>
    public string? Name { get; init; }

    /// <summary>What it does and what it takes, for people and for models that choose.</summary>
    public required string Description { get; init; }

    /// <summary>Keywords to find it by; the id without one.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Requests it can serve, in words.</summary>
    public string[] Examples { get; init; } = [];
}
