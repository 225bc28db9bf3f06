namespace AgentMesh.Manifest;

/// <summary>A scope that the mesh knows.</summary>
/// <param name="Name">The scope token (RFC 6749 §3.3), for example <c>risk.score</c>.</param>
/// <param name="Description">What it allows, in words for the person who reviews or approves.</param>
/// <param name="NeedsApproval">Whether a token with it is issued only after a person has approved the very action (<c>"approval": "human"</c>).</param>
public sealed record ScopeDefinition(string Name, string Description, bool NeedsApproval)
{
    /// <summary>Where the manifest defines it.</summary>
    public ManifestPosition Position { get; init; } = ManifestPosition.Start;
}
