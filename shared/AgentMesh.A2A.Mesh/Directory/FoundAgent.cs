using AgentMesh.Manifest;

namespace AgentMesh.A2A.Mesh;

/// <summary>An agent that was found, with a card that it signed itself.</summary>
/// <param name="Party">Who it is, by the manifest.</param>
/// <param name="Card">Its card, verified.</param>
public sealed record FoundAgent(Party Party, AgentCard Card);
