namespace AgentMesh.Deployment.Kubernetes;

/// <summary>The namespace of the mesh, in which a pod that could become root or touch its node is not admitted.</summary>
internal static class Namespaces
{
    public static YamlMap Restricted(KubernetesSettings settings)
    {
        var space = YamlMap.Object("v1", "Namespace", settings.Namespace, inNamespace: null);
        var labels = (YamlMap)((YamlMap)space["metadata"])["labels"];
        foreach (var mode in new[] { "enforce", "audit", "warn" })
        {
            labels[$"pod-security.kubernetes.io/{mode}"] = "restricted";
        }

        return space;
    }
}
