using AgentMesh.Auth;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>Who decides on this process's functions, and by which policy.</summary>
internal sealed record ToolParty(string Name, string SpiffeId, string PolicyVersion)
{
    public static ToolParty From(MeshIdentity identity) => new(identity.Party.Name, identity.Id.ToString(), identity.Manifest.Version);
}
