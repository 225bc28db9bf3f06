using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>One ServiceAccount and one <c>ClusterSPIFFEID</c> a party: who a pod is does not depend on what its image says.</summary>
internal static class WorkloadIdentities
{
    public static YamlMap ServiceAccount(Party party, KubernetesSettings settings)
    {
        var account = YamlMap.Object("v1", "ServiceAccount", party.Name, settings.Namespace);
        account["automountServiceAccountToken"] = false;
        return account;
    }

    public static YamlMap ClusterSpiffeId(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var identity = YamlMap.Object(
            "spire.spiffe.io/v1alpha1", "ClusterSPIFFEID", $"{settings.Namespace}-{party.Name}", inNamespace: null);
        identity["spec"] = new YamlMap
        {
            ["className"] = settings.SpireClassName,
            ["spiffeIDTemplate"] = party.SpiffeId,
            ["namespaceSelector"] = new YamlMap
            {
                ["matchLabels"] = new YamlMap { ["kubernetes.io/metadata.name"] = settings.Namespace },
            },
            ["podSelector"] = Labels.Select(party),
            // A label is the pod author's to choose; the ServiceAccount is the cluster's to grant. Both must hold.
            ["workloadSelectorTemplates"] = new List<object> { $"k8s:sa:{party.Name}" },
            ["ttl"] = Duration(manifest.Lifetimes.X509Svid),
            ["jwtTtl"] = Duration(manifest.Lifetimes.JwtSvid),
        };
        return identity;
    }

    private static string Duration(TimeSpan value) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)value.TotalSeconds}s");
}
