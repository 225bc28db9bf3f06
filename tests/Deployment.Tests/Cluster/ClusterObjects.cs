using k8s;
using k8s.Models;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>What is generated for this repository's own manifest, as Kubernetes' client reads it: unknown fields are errors.</summary>
internal static class ClusterObjects
{
    private static readonly Dictionary<string, Type> Types = new()
    {
        ["v1/Namespace"] = typeof(V1Namespace),
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/Service"] = typeof(V1Service),
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["apps/v1/StatefulSet"] = typeof(V1StatefulSet),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
    };

    public static IReadOnlyDictionary<string, string> Files { get; } = GeneratedFiles.ForKubernetes(Repository.Manifest, Repository.Settings).Content;

    public static IReadOnlyList<object> All { get; } = [.. Files
        .Where(file => file.Key is not ("base/kustomization.yaml" or "components/operator/kustomization.yaml" or "base/cluster-spiffe-ids.yaml" or "base/mesh.json" or "spire-values.yaml"))
        .SelectMany(file => KubernetesYaml.LoadAllFromString(file.Value, Types, strict: true))];

    /// <summary>The manifest's parties; PostgreSQL is none.</summary>
    public static IEnumerable<V1StatefulSet> Workloads => All.OfType<V1StatefulSet>().Where(set => set.Metadata.Labels.ContainsKey("agentmesh.io/party"));

    /// <summary>Every pod that there will be, by the name of what makes it.</summary>
    public static IReadOnlyDictionary<string, V1PodTemplateSpec> Pods { get; } =
        All.OfType<V1StatefulSet>().Select(set => (set.Metadata.Name, set.Spec.Template))
            .Concat(All.OfType<V1Deployment>().Select(deployment => (deployment.Metadata.Name, deployment.Spec.Template)))
            .ToDictionary(pod => pod.Name, pod => pod.Template);
}
