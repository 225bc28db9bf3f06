using AgentMesh.Auth;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>Who decides on this process's functions, by which policy, and what is at stake with scopes (<c>RiskOf</c>, for audit events).</summary>
internal sealed record ToolParty(string Name, string SpiffeId, string PolicyVersion, Func<string, string?> RiskOf)
{
    public static ToolParty From(MeshIdentity identity) =>
        new(identity.Party.Name, identity.Id.ToString(), identity.Manifest.Version, scopes => AuditFacts.RiskOf(identity.Manifest, scopes));
}
