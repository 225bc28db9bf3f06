using AgentMesh.Deployment.Spire;
using AgentMesh.Manifest;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Kubernetes.Resources;

namespace AgentMesh.AppHost;

/// <summary>
/// What <c>aspire publish</c> writes: a Docker Compose file, or with <c>--Mesh:Publish=kubernetes</c> a Helm chart. Identities come from the
/// SPIRE agent of the machine or node; in a cluster the component <c>deploy/kubernetes/components/spiffe-csi</c> brings its socket into the pods.
/// </summary>
internal static class Publishing
{
    /// <summary>Where the Workload API is in a published container.</summary>
    public const string WorkloadApi = "unix:///spiffe-workload-api/spire-agent.sock";

    private const string WorkloadApiFolder = "/spiffe-workload-api";
    private const string ManifestFile = "/etc/agentmesh/mesh.json";

    // A new volume takes over the owner of the folder that it is mounted on, and this is the one that the images' user owns.
    private const string ComposeState = "/home/app";
    private const string ClusterState = "/tmp/agentmesh";

    public static int? MutualTlsPort(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsPublishMode ? 8443 : null;

    public static int? HealthPort(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsPublishMode ? 8080 : null;

    /// <summary>Without the dashboard that publishers add: it would take anybody's traces, and show them to anybody.</summary>
    public static void AddPublishing(this IDistributedApplicationBuilder builder)
    {
        if (IsKubernetes(builder))
            builder.AddKubernetesEnvironment("kubernetes").WithDashboard(false);
        else
            builder.AddDockerComposeEnvironment("compose").WithDashboard(false).ConfigureComposeFile(DeclareVolumes);
    }

    /// <summary>The same settings in a container: fixed ports, health for probes from outside, the manifest and the Workload API mounted.</summary>
    public static IResourceBuilder<ProjectResource> AsPublishedParty(this IResourceBuilder<ProjectResource> party, Party who)
    {
        if (!party.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return party;

        var state = IsKubernetes(party.ApplicationBuilder) ? ClusterState : ComposeState;
        party
            .WithEnvironment("ASPNETCORE_URLS", "https://+:8443;http://+:8080")
            .WithEnvironment("Mesh__Server__AllowPlainHealth", "true")
            .WithEnvironment("Mesh__Manifest", ManifestFile)
            .WithEnvironment("Mesh__AuditDirectory", state + "/audit")
            .WithEnvironment("Mesh__DataDirectory", state + "/data")
            .WithEnvironment("DOTNET_EnableDiagnostics", "0")
            // Spoofed forwarding headers must not mean anything: callers are told apart by their SVIDs.
            .DisableForwardedHeaders();
        if (who.Kind == PartyKind.Agent)
            party.WithEnvironment("Mesh__Tasks__Store", "sqlite");
        return IsKubernetes(party.ApplicationBuilder)
            ? party.PublishAsKubernetesService(published =>
            {
                if (published.Workload is not { PodTemplate: { } pod })
                    return;
                published.Workload.Metadata.Labels["agentmesh.io/party"] = who.Name;
                pod.Metadata.Labels["agentmesh.io/party"] = who.Name;
                pod.Spec.ServiceAccountName = who.Name;
                pod.Spec.AutomountServiceAccountToken = false;
                // What a namespace with the Pod Security Standard "restricted" asks for.
                pod.Spec.SecurityContext = new PodSecurityContextV1 { RunAsNonRoot = true, RunAsUser = 1654, SeccompProfile = new SeccompProfileV1 { Type = "RuntimeDefault" } };
                pod.Spec.Volumes.Add(new VolumeV1 { Name = "manifest", ConfigMap = new ConfigMapVolumeSourceV1 { Name = "mesh-manifest" } });
                pod.Spec.Volumes.Add(new VolumeV1 { Name = "tmp", EmptyDir = new EmptyDirVolumeSourceV1 { SizeLimit = "1Gi" } });
                foreach (var container in pod.Spec.Containers)
                {
                    var capabilities = new CapabilitiesV1();
                    capabilities.Drop.Add("ALL");
                    container.SecurityContext = new SecurityContextV1
                    {
                        AllowPrivilegeEscalation = false,
                        ReadOnlyRootFilesystem = true,
                        RunAsNonRoot = true,
                        Capabilities = capabilities,
                    };
                    container.VolumeMounts.Add(new VolumeMountV1 { Name = "manifest", MountPath = "/etc/agentmesh", ReadOnly = true });
                    container.VolumeMounts.Add(new VolumeMountV1 { Name = "tmp", MountPath = "/tmp" });
                    container.ReadinessProbe = Probe("/health", period: 5, failures: 3);
                    // Two minutes to get an SVID at first; a process that lost it is not helped by a restart.
                    container.LivenessProbe = Probe("/alive", period: 10, failures: 12);
                }
            })
            : party
                // The ledger knows a journal by this name. The journal outlives the container, whose own name is another each time.
                .WithEnvironment("Mesh__AuditInstance", who.Name)
                // What .NET keeps for a user is not for the volume.
                .WithEnvironment("HOME", "/tmp")
                .PublishAsDockerComposeService((_, service) =>
                {
                    // As `dotnet publish /t:PublishContainer` names them.
                    service.Image = $"${{AGENTMESH_IMAGES:-agentmesh}}/{who.Name}:${{AGENTMESH_TAG:-latest}}";
                    service.Labels[RegistrationEntries.ContainerLabel] = who.Name;
                    // What a party needs may not be there yet when it starts: its database, the SPIRE agent.
                    service.Restart = "unless-stopped";
                    service.ReadOnly = true;
                    service.Tmpfs.Add("/tmp:uid=1654,mode=0700");
                    service.CapDrop.Add("ALL");
                    service.SecurityOpt.Add("no-new-privileges:true");
                    service.AddVolume(new Volume { Name = "workload-api", Type = "bind", Source = "${SPIRE_AGENT_SOCKETS:-/run/spire/agent/public}", Target = WorkloadApiFolder, ReadOnly = true });
                    service.AddVolume(new Volume { Name = "manifest", Type = "bind", Source = "${MESH_MANIFEST:-./mesh.json}", Target = ManifestFile, ReadOnly = true });
                    service.AddVolume(new Volume { Name = State(who), Type = "volume", Source = State(who), Target = ComposeState });
                });
    }

    /// <summary>
    /// PostgreSQL outside, and the key that encrypts signing keys: in a cluster from the Secrets that <c>deploy/kubernetes</c> uses, too, so
    /// that they stand in no chart; for Compose parameters that whoever deploys fills in.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithPublishedState(this IResourceBuilder<ProjectResource> authServer)
    {
        const string ConnectionString = "Mesh__AuthServer__ConnectionString";
        const string Key = "Mesh__AuthServer__KeyEncryptionKey";
        var builder = authServer.ApplicationBuilder;
        authServer.WithEnvironment("Mesh__AuthServer__Database", "postgresql");
        return IsKubernetes(builder)
            ? authServer.PublishAsKubernetesService(published =>
            {
                foreach (var container in published.Workload?.PodTemplate?.Spec.Containers ?? [])
                {
                    container.Env.Add(FromSecret(ConnectionString, "auth-server-database", "connection-string"));
                    container.Env.Add(FromSecret(Key, "auth-server-keys", "key-encryption-key"));
                }
            })
            : authServer
                .WithEnvironment(ConnectionString, builder.AddParameter("auth-server-database", secret: true))
                .WithEnvironment(Key, builder.AddParameter("auth-server-key", secret: true));
    }

    private static string State(Party who) => who.Name + "-state";

    /// <summary>The publisher does so for what containers mount, not for what projects do.</summary>
    private static void DeclareVolumes(ComposeFile file)
    {
        foreach (var volume in file.Services.Values.SelectMany(service => service.Volumes).Where(volume => volume.Type == "volume"))
            file.AddVolume(new Volume { Name = volume.Name, Driver = "local" });
    }

    private static EnvVarV1 FromSecret(string name, string secret, string key) =>
        new() { Name = name, ValueFrom = new EnvVarSourceV1 { SecretKeyRef = new SecretKeySelectorV1 { Name = secret, Key = key } } };

    private static ProbeV1 Probe(string path, int period, int failures) => new()
    {
        HttpGet = new HttpGetActionV1 { Path = path, Port = 8080, Scheme = "HTTP" },
        PeriodSeconds = period,
        TimeoutSeconds = 2,
        FailureThreshold = failures,
    };

    private static bool IsKubernetes(IDistributedApplicationBuilder builder) =>
        string.Equals(builder.Configuration["Mesh:Publish"], "kubernetes", StringComparison.OrdinalIgnoreCase);
}
