using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>Labels that tie pods to parties of the manifest.</summary>
internal static class Labels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Party = "agentmesh.io/party";
    public const string Name = "app.kubernetes.io/name";

    public static YamlMap Select(Party party) => new() { ["matchLabels"] = new YamlMap { [Party] = party.Name } };
}
