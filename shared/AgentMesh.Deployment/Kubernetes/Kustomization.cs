namespace AgentMesh.Deployment.Kubernetes;

/// <summary>
/// Names the generated files, and makes a ConfigMap of the manifest whose name ends with its hash: a changed policy restarts every pod that
/// reads it, and an old pod never reads a new one by accident.
/// </summary>
internal static class Kustomization
{
    public static YamlMap Of(IEnumerable<string> files, KubernetesSettings settings) => new()
    {
        ["apiVersion"] = "kustomize.config.k8s.io/v1beta1",
        ["kind"] = "Kustomization",
        ["namespace"] = settings.Namespace,
        ["resources"] = files.Select(object (file) => file).ToList(),
        ["configMapGenerator"] = new List<object>
        {
            new YamlMap { ["name"] = Workloads.ManifestConfigMap, ["files"] = new List<object> { "mesh.json" } },
        },
    };
}
