using System.Globalization;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Kubernetes;

/// <summary>The settings of a party in a cluster: those that every host of the mesh gives (docs/configuration.md).</summary>
internal static class WorkloadEnvironment
{
    public const string ManifestFolder = "/etc/agentmesh";
    public const string AuditFolder = "/var/lib/agentmesh/audit";

    public static List<object> Of(MeshManifest manifest, Party party, KubernetesSettings settings)
    {
        var environment = new List<object>
        {
            Set("ASPNETCORE_URLS", string.Create(CultureInfo.InvariantCulture, $"https://+:{settings.MtlsPort};http://+:{settings.HealthPort}")),
            Set("Mesh__Server__AllowPlainHealth", "true"),
            Set("Mesh__Manifest", ManifestFolder + "/mesh.json"),
            Set("Mesh__Name", party.Name),
            Set("Mesh__Issuer", Address(manifest.Services["auth-server"], settings) + "/"),
            Set("Mesh__AuditDirectory", AuditFolder),
            // Its socket would need a place to write, and whoever may exec into a pod could read memory through it.
            Set("DOTNET_EnableDiagnostics", "0"),
        };
        environment.AddRange(party.Calls.Values.Select(edge => Set($"services__{edge.Callee.Name}__https__0", Address(edge.Callee, settings))));
        if (Workloads.IsAuthServer(party))
        {
            environment.Add(Set("Mesh__AuthServer__Database", "postgresql"));
            environment.Add(Secret("Mesh__AuthServer__ConnectionString", PostgreSql.SecretName, PostgreSql.ConnectionStringKey));
            environment.Add(Secret("Mesh__AuthServer__KeyEncryptionKey", "auth-server-keys", "key-encryption-key"));
        }

        return environment;
    }

    public static YamlMap Set(string name, string value) => new() { ["name"] = name, ["value"] = value };

    /// <summary>A value that stands in no file: whoever deploys makes the Secret.</summary>
    public static YamlMap Secret(string name, string secret, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new YamlMap { ["secretKeyRef"] = new YamlMap { ["name"] = secret, ["key"] = key } },
    };

    private static string Address(Party party, KubernetesSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"https://{party.Name}:{settings.MtlsPort}");
}
