using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>
/// A pod for each operator whose executable is in the manifest: it prints every decision of the mesh as it is made, and whoever may
/// <c>kubectl exec</c> in it acts as the operator. It is a component of its own, so that a cluster has it only by choice.
/// </summary>
internal static class OperatorWorkloads
{
    private const string Portfolios = "portfolios";

    public static IReadOnlyDictionary<string, string> Files(MeshManifest manifest, KubernetesSettings settings)
    {
        var operators = manifest.Operators.Values.Where(party => party.Project is not null && party.Permissions.Contains("audit")).ToList();
        return new Dictionary<string, string>
        {
            ["workloads.yaml"] = YamlMap.Stream(operators.Select(party => Deployment(manifest, party, settings))),
            ["kustomization.yaml"] = YamlMap.Stream([new YamlMap
            {
                ["apiVersion"] = "kustomize.config.k8s.io/v1alpha1",
                ["kind"] = "Component",
                ["resources"] = operators.Count > 0 ? new List<object> { "workloads.yaml" } : [],
            }]),
        };
    }

    private static YamlMap Deployment(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var deployment = YamlMap.Object("apps/v1", "Deployment", party.Name, settings.Namespace);
        ((YamlMap)((YamlMap)deployment["metadata"])["labels"])[Labels.Party] = party.Name;
        deployment["spec"] = new YamlMap
        {
            ["replicas"] = 1,
            ["selector"] = Labels.Select(party),
            ["template"] = new YamlMap
            {
                ["metadata"] = new YamlMap { ["labels"] = new YamlMap { [Labels.Party] = party.Name, [Labels.Name] = party.Name } },
                ["spec"] = new YamlMap
                {
                    ["serviceAccountName"] = party.Name,
                    ["automountServiceAccountToken"] = false,
                    ["enableServiceLinks"] = false,
                    ["securityContext"] = PodSecurity.Pod(PodSecurity.DotNetUser),
                    ["containers"] = new List<object> { Container(manifest, party, settings) },
                    ["volumes"] = new List<object>
                    {
                        new YamlMap { ["name"] = "manifest", ["configMap"] = new YamlMap { ["name"] = Workloads.ManifestConfigMap } },
                        // What is asked about; whoever wants to ask makes it.
                        new YamlMap { ["name"] = Portfolios, ["configMap"] = new YamlMap { ["name"] = Portfolios, ["optional"] = true } },
                        new YamlMap { ["name"] = "tmp", ["emptyDir"] = new YamlMap { ["sizeLimit"] = "64Mi" } },
                    },
                },
            },
        };
        return deployment;
    }

    private static YamlMap Container(MeshManifest manifest, Party party, KubernetesSettings settings) => new()
    {
        ["name"] = party.Name,
        ["image"] = $"{settings.ImagePrefix}{Path.GetFileName(party.Project!).ToLowerInvariant()}:{settings.ImageTag}",
        ["imagePullPolicy"] = "IfNotPresent",
        ["args"] = new List<object> { "audit", "tail", "--follow", "--json" },
        ["env"] = WorkloadEnvironment.OfOperator(manifest, party, settings),
        ["resources"] = new YamlMap
        {
            ["requests"] = new YamlMap { ["cpu"] = "10m", ["memory"] = "64Mi" },
            ["limits"] = new YamlMap { ["memory"] = "256Mi" },
        },
        ["securityContext"] = PodSecurity.Container(),
        ["volumeMounts"] = new List<object>
        {
            new YamlMap { ["name"] = "manifest", ["mountPath"] = WorkloadEnvironment.ManifestFolder, ["readOnly"] = true },
            new YamlMap { ["name"] = Portfolios, ["mountPath"] = "/portfolios", ["readOnly"] = true },
            new YamlMap { ["name"] = "tmp", ["mountPath"] = "/tmp" },
        },
    };
}
