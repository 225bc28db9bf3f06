using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>
/// A StatefulSet and a Service for the authorization server, each agent and each further service. A pod keeps its name and its volume, and with
/// them its journal, which one process writes at a time. The Workload API's socket is not in them: the component <c>spiffe-csi</c> brings it
/// to everything that carries a party's label.
/// </summary>
internal static class Workloads
{
    public const string ManifestConfigMap = "mesh-manifest";

    private const string Mtls = "mtls";
    private const string Health = "health";
    private const string State = "state";

    public static IEnumerable<Party> Of(MeshManifest manifest, KubernetesSettings settings) => manifest.Agents.Values
        .Append(manifest.Services["auth-server"])
        .Concat(settings.Services.Select(name => manifest.Services[name]))
        .OrderBy(party => party.Name, StringComparer.Ordinal);

    public static IEnumerable<YamlMap> Objects(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        yield return StatefulSet(manifest, party, settings);
        yield return Service(party, settings);
        if (IsAuthServer(party) && settings.AuthServers > 1)
        {
            yield return Disruption(party, settings);
        }
    }

    private static YamlMap StatefulSet(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var set = YamlMap.Object("apps/v1", "StatefulSet", party.Name, settings.Namespace);
        Label(set, party);
        set["spec"] = new YamlMap
        {
            ["serviceName"] = party.Name,
            // They are equals: none waits for another.
            ["podManagementPolicy"] = "Parallel",
            ["replicas"] = IsAuthServer(party) ? settings.AuthServers : 1,
            ["selector"] = Labels.Select(party),
            ["template"] = new YamlMap
            {
                ["metadata"] = new YamlMap { ["labels"] = new YamlMap { [Labels.Party] = party.Name, [Labels.Name] = party.Name } },
                ["spec"] = Pod(manifest, party, settings),
            },
            ["volumeClaimTemplates"] = new List<object>
            {
                new YamlMap
                {
                    ["metadata"] = new YamlMap { ["name"] = State },
                    ["spec"] = new YamlMap
                    {
                        ["accessModes"] = new List<object> { "ReadWriteOnce" },
                        ["resources"] = new YamlMap { ["requests"] = new YamlMap { ["storage"] = "1Gi" } },
                    },
                },
            },
        };
        return set;
    }

    private static YamlMap Pod(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var pod = new YamlMap
        {
            ["serviceAccountName"] = party.Name,
            // What proves who a pod is comes from SPIRE; nobody here talks to the cluster's API.
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = 30,
            ["securityContext"] = PodSecurity.Pod(PodSecurity.DotNetUser),
            ["containers"] = new List<object> { Container(manifest, party, settings) },
            ["volumes"] = new List<object>
            {
                new YamlMap { ["name"] = "manifest", ["configMap"] = new YamlMap { ["name"] = ManifestConfigMap } },
                new YamlMap { ["name"] = "tmp", ["emptyDir"] = new YamlMap { ["sizeLimit"] = "64Mi" } },
            },
        };
        if (IsAuthServer(party))
        {
            pod["topologySpreadConstraints"] = new List<object>
            {
                new YamlMap
                {
                    ["maxSkew"] = 1,
                    ["topologyKey"] = "kubernetes.io/hostname",
                    ["whenUnsatisfiable"] = "ScheduleAnyway",
                    ["labelSelector"] = Labels.Select(party),
                },
            };
        }

        return pod;
    }

    private static YamlMap Container(MeshManifest manifest, Party party, KubernetesSettings settings) => new()
    {
        ["name"] = party.Name,
        ["image"] = $"{settings.ImagePrefix}{party.Name}:{settings.ImageTag}",
        ["imagePullPolicy"] = "IfNotPresent",
        ["ports"] = new List<object>
        {
            new YamlMap { ["name"] = Mtls, ["containerPort"] = settings.MtlsPort, ["protocol"] = "TCP" },
            new YamlMap { ["name"] = Health, ["containerPort"] = settings.HealthPort, ["protocol"] = "TCP" },
        },
        ["env"] = WorkloadEnvironment.Of(manifest, party, settings),
        // Two minutes to get an SVID; from then on a lost one means no traffic, and only a process that serves nothing is restarted.
        ["startupProbe"] = Probe("/health", period: 2, failures: 60),
        ["readinessProbe"] = Probe("/health", period: 5, failures: 3),
        ["livenessProbe"] = Probe("/alive", period: 10, failures: 3),
        ["resources"] = new YamlMap
        {
            ["requests"] = new YamlMap { ["cpu"] = "50m", ["memory"] = "128Mi" },
            ["limits"] = new YamlMap { ["memory"] = "512Mi" },
        },
        ["securityContext"] = PodSecurity.Container(),
        ["volumeMounts"] = new List<object>
        {
            new YamlMap { ["name"] = "manifest", ["mountPath"] = WorkloadEnvironment.ManifestFolder, ["readOnly"] = true },
            new YamlMap { ["name"] = State, ["mountPath"] = WorkloadEnvironment.AuditFolder, ["subPath"] = "audit" },
            new YamlMap { ["name"] = State, ["mountPath"] = WorkloadEnvironment.DataFolder, ["subPath"] = "data" },
            new YamlMap { ["name"] = "tmp", ["mountPath"] = "/tmp" },
        },
    };

    private static YamlMap Probe(string path, int period, int failures) => new()
    {
        ["httpGet"] = new YamlMap { ["path"] = path, ["port"] = Health, ["scheme"] = "HTTP" },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 2,
        ["failureThreshold"] = failures,
    };

    /// <summary>Only mTLS has a Service: the plain port is the kubelet's, on the pod itself.</summary>
    private static YamlMap Service(Party party, KubernetesSettings settings)
    {
        var service = YamlMap.Object("v1", "Service", party.Name, settings.Namespace);
        Label(service, party);
        service["spec"] = new YamlMap
        {
            ["selector"] = new YamlMap { [Labels.Party] = party.Name },
            ["ports"] = new List<object>
            {
                new YamlMap { ["name"] = Mtls, ["port"] = settings.MtlsPort, ["targetPort"] = Mtls, ["protocol"] = "TCP" },
            },
        };
        return service;
    }

    private static YamlMap Disruption(Party party, KubernetesSettings settings)
    {
        var budget = YamlMap.Object("policy/v1", "PodDisruptionBudget", party.Name, settings.Namespace);
        budget["spec"] = new YamlMap { ["minAvailable"] = 1, ["selector"] = Labels.Select(party) };
        return budget;
    }

    private static void Label(YamlMap of, Party party)
    {
        var labels = (YamlMap)((YamlMap)of["metadata"])["labels"];
        labels[Labels.Party] = party.Name;
        labels[Labels.Name] = party.Name;
    }

    internal static bool IsAuthServer(Party party) => party is { Kind: PartyKind.Service, Name: "auth-server" };
}
