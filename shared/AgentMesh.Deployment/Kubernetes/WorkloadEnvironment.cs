using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>The settings of a party in a cluster: those that every host of the mesh gives (docs/configuration.md).</summary>
internal static class WorkloadEnvironment
{
    public const string ManifestFolder = "/etc/agentmesh";
    public const string AuditFolder = "/var/lib/agentmesh/audit";
    public const string DataFolder = "/var/lib/agentmesh/data";

    // Where the component spiffe-csi mounts it.
    private const string Socket = "unix:///spiffe-workload-api/spire-agent.sock";

    public static List<object> Of(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var environment = new List<object>
        {
            Set("ASPNETCORE_URLS", string.Create(CultureInfo.InvariantCulture, $"https://+:{settings.MtlsPort};http://+:{settings.HealthPort}")),
            Set("Mesh__Server__AllowPlainHealth", "true"),
            Set("SPIFFE_ENDPOINT_SOCKET", Socket),
            Set("Mesh__Manifest", ManifestFolder + "/mesh.json"),
            Set("Mesh__Name", party.Name),
            Set("Mesh__Issuer", Address(manifest.Services["auth-server"], settings) + "/"),
            Set("Mesh__Address", Address(party, settings) + "/"),
            Set("Mesh__AuditDirectory", AuditFolder),
            Set("Mesh__DataDirectory", DataFolder),
            // Its socket would need a place to write, and whoever may exec into a pod could read memory through it.
            Set("DOTNET_EnableDiagnostics", "0"),
        };
        // A container that is started again in its pod has its tasks.
        if (party.Kind == PartyKind.Agent)
            environment.Add(Set("Mesh__Tasks__Store", "sqlite"));
        environment.AddRange(Known(manifest, party).Select(other => Set($"services__{other.Name}__https__0", Address(other, settings))));
        if (Workloads.IsAuthServer(party))
        {
            environment.Add(Set("Mesh__AuthServer__Database", "postgresql"));
            environment.Add(Secret("Mesh__AuthServer__ConnectionString", PostgreSql.SecretName, PostgreSql.ConnectionStringKey));
            environment.Add(Secret("Mesh__AuthServer__KeyEncryptionKey", "auth-server-keys", "key-encryption-key"));
        }

        return environment;
    }

    /// <summary>What the <c>mesh</c> executable needs to find the mesh in a cluster, and to be one of its operators.</summary>
    public static List<object> OfOperator(MeshManifest manifest, Party party, KubernetesSettings settings) =>
    [
        Set("SPIFFE_ENDPOINT_SOCKET", Socket),
        Set("Mesh__Manifest", ManifestFolder + "/mesh.json"),
        Set("Mesh__Name", party.Name),
        Set("Mesh__Issuer", Address(manifest.Services["auth-server"], settings) + "/"),
        Set("DOTNET_EnableDiagnostics", "0"),
        .. party.Calls.Values.Select(edge => Set($"services__{edge.Callee.Name}__https__0", Address(edge.Callee, settings))),
    ];

    public static YamlMap Set(string name, string value) => new() { ["name"] = name, ["value"] = value };

    /// <summary>A value that stands in no file: whoever deploys makes the Secret.</summary>
    public static YamlMap Secret(string name, string secret, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new YamlMap { ["secretKeyRef"] = new YamlMap { ["name"] = secret, ["key"] = key } },
    };

    /// <summary>Whose addresses a party is told: those it may call. A shared service knows where every agent is.</summary>
    private static IEnumerable<Party> Known(MeshManifest manifest, Party party) =>
        ClusterParties.IsShared(party) ? manifest.Agents.Values
        : party.Kind == PartyKind.Agent ? party.Calls.Values.Select(edge => edge.Callee).Concat(manifest.Services.Values.Where(ClusterParties.IsShared))
        : party.Calls.Values.Select(edge => edge.Callee);

    private static string Address(Party party, KubernetesSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"https://{party.Name}:{settings.MtlsPort}");
}
