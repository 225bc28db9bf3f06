using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>Values for the SPIFFE project's helm chart <c>spire</c>, 0.30.</summary>
public static class SpireHelmValues
{
    // The chart itself would bring 1.14.5.
    private const string Version = "1.15.3";

    /// <summary>
    /// The trust domain and the lifetimes of the manifest, the chart's recommendations, and no identity for pods that the manifest does not
    /// know: the chart's default <c>ClusterSPIFFEID</c> would give one to every pod of the cluster.
    /// </summary>
    /// <param name="manifest">The mesh.</param>
    /// <param name="clusterName">Name of the cluster, under which its nodes attest.</param>
    public static string Write(MeshManifest manifest, string clusterName = "agentmesh")
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return YamlMap.Stream(
        [
            new YamlMap
            {
                ["global"] = new YamlMap
                {
                    ["spire"] = new YamlMap
                    {
                        ["clusterName"] = clusterName,
                        ["trustDomain"] = manifest.TrustDomain,
                        ["caSubject"] = new YamlMap { ["country"] = "US", ["organization"] = "AgentMesh", ["commonName"] = manifest.TrustDomain },
                        ["recommendations"] = new YamlMap { ["enabled"] = true },
                        ["namespaces"] = new YamlMap { ["create"] = true },
                    },
                },
                ["spire-agent"] = new YamlMap { ["image"] = new YamlMap { ["tag"] = Version } },
                ["spire-server"] = new YamlMap
                {
                    ["image"] = new YamlMap { ["tag"] = Version },
                    ["caTTL"] = "24h",
                    ["defaultX509SvidTTL"] = Duration(manifest.Lifetimes.X509Svid),
                    ["defaultJwtSvidTTL"] = Duration(manifest.Lifetimes.JwtSvid),
                    ["controllerManager"] = new YamlMap
                    {
                        ["identities"] = new YamlMap
                        {
                            ["clusterSPIFFEIDs"] = new YamlMap { ["default"] = new YamlMap { ["enabled"] = false } },
                        },
                    },
                },
            },
        ]);
    }

    private static string Duration(TimeSpan value) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalSeconds}s");
}
