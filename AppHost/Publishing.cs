using AgentMesh.Deployment.Spire;
using AgentMesh.Manifest;
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

    public static int? MutualTlsPort(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsPublishMode ? 8443 : null;

    public static int? HealthPort(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsPublishMode ? 8080 : null;

    public static void AddPublishing(this IDistributedApplicationBuilder builder)
    {
        if (IsKubernetes(builder))
            builder.AddKubernetesEnvironment("kubernetes");
        else
            builder.AddDockerComposeEnvironment("compose");
    }

    /// <summary>The same settings in a container: fixed ports, health for probes from outside, the manifest and the Workload API mounted.</summary>
    public static IResourceBuilder<ProjectResource> AsPublishedParty(this IResourceBuilder<ProjectResource> party, Party who)
    {
        if (!party.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return party;

        party
            .WithEnvironment("ASPNETCORE_URLS", "https://+:8443;http://+:8080")
            .WithEnvironment("Mesh__Server__AllowPlainHealth", "true")
            .WithEnvironment("Mesh__Manifest", ManifestFile)
            .WithEnvironment("Mesh__AuditDirectory", "/tmp/agentmesh/audit")
            .WithEnvironment("Mesh__DataDirectory", "/tmp/agentmesh/data")
            .WithEnvironment("DOTNET_EnableDiagnostics", "0")
            // Spoofed forwarding headers must not mean anything: callers are told apart by their SVIDs.
            .DisableForwardedHeaders();
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
                foreach (var container in pod.Spec.Containers)
                {
                    var capabilities = new CapabilitiesV1();
                    capabilities.Drop.Add("ALL");
                    container.SecurityContext = new SecurityContextV1 { AllowPrivilegeEscalation = false, RunAsNonRoot = true, Capabilities = capabilities };
                    container.VolumeMounts.Add(new VolumeMountV1 { Name = "manifest", MountPath = "/etc/agentmesh", ReadOnly = true });
                }
            })
            : party.PublishAsDockerComposeService((_, service) =>
            {
                service.Labels[RegistrationEntries.ContainerLabel] = who.Name;
                service.ReadOnly = true;
                service.Tmpfs.Add("/tmp:uid=1654,mode=0700");
                service.CapDrop.Add("ALL");
                service.SecurityOpt.Add("no-new-privileges:true");
                service.AddVolume(new Volume { Name = "workload-api", Type = "bind", Source = "${SPIRE_AGENT_SOCKETS:-/run/spire/agent/public}", Target = WorkloadApiFolder, ReadOnly = true });
                service.AddVolume(new Volume { Name = "manifest", Type = "bind", Source = "${MESH_MANIFEST:-./mesh.json}", Target = ManifestFile, ReadOnly = true });
            });
    }

    /// <summary>PostgreSQL outside, and the key that encrypts signing keys from a secret: parameters that whoever deploys fills in.</summary>
    public static IResourceBuilder<ProjectResource> WithPublishedState(this IResourceBuilder<ProjectResource> authServer)
    {
        var builder = authServer.ApplicationBuilder;
        return authServer
            .WithEnvironment("Mesh__AuthServer__Database", "postgresql")
            .WithEnvironment("Mesh__AuthServer__ConnectionString", builder.AddParameter("auth-server-database", secret: true))
            .WithEnvironment("Mesh__AuthServer__KeyEncryptionKey", builder.AddParameter("auth-server-key", secret: true));
    }

    private static bool IsKubernetes(IDistributedApplicationBuilder builder) =>
        string.Equals(builder.Configuration["Mesh:Publish"], "kubernetes", StringComparison.OrdinalIgnoreCase);
}
