using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>The parties that run in a cluster. The embedded Workload API does not: there SPIRE is the identity source.</summary>
internal static class ClusterParties
{
    public static IEnumerable<Party> Of(MeshManifest manifest) => manifest.Agents.Values
        .Concat(manifest.Operators.Values)
        .Concat(manifest.Services.Values.Where(service => service.Name != "workload-api"))
        .OrderBy(party => party.Name, StringComparer.Ordinal);

    /// <summary>
    /// A service that the manifest names itself, such as the registry: every agent and operator may call it, and it is told where all agents
    /// are. The well-known ones have rules of their own.
    /// </summary>
    public static bool IsShared(Party party) => party is { Kind: PartyKind.Service, Name: not ("auth-server" or "workload-api" or "console") };
}
