using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Processes;
using AgentMesh.Deployment.Spire;
using AgentMesh.Deployment.Spire.Bootstrap;
using AgentMesh.Manifest;

namespace Aspire.Hosting;

/// <summary>Adds SPIRE servers.</summary>
internal static class SpireServerBuilderExtensions
{
    public const string Registry = "ghcr.io";
    public const string Tag = "1.15.3";

    /// <summary>The folder of the server's administrative socket, in the containers.</summary>
    internal const string Socket = "/tmp/spire-server/private";

    internal const string Configuration = "/opt/spire/conf/server";
    internal const string Health = "health";

    private const int HealthPort = 8080;

    /// <summary>
    /// Adds a SPIRE server for a manifest's trust domain. Its files are written below <paramref name="directory"/>, and it runs under the
    /// user id of whoever runs the AppHost, so that they are nobody else's and can be removed.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource, and the host name by which its agents reach it.</param>
    /// <param name="manifest">The mesh.</param>
    /// <param name="directory">A private folder of this run.</param>
    /// <param name="runtime">The container runtime.</param>
    public static IResourceBuilder<SpireServerResource> AddSpireServer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, MeshManifest manifest, string directory, ContainerRuntime runtime)
    {
        var folders = new SpireFolders(Path.Combine(directory, "s"));
        folders.Create();
        File.WriteAllText(
            Path.Combine(folders.ServerConfiguration, "server.conf"),
            SpireServerConfiguration.Write(manifest, new SpireServerSettings { HealthPort = HealthPort, SocketPath = Socket + "/api.sock" }));

        // A name of its own for each run: two runs on one machine do not meet.
        var server = new SpireServerResource(name, manifest, folders, $"{Path.GetFileName(directory)}-{name}", runtime);
        return builder.AddResource(server)
            .WithImage("spiffe/spire-server", Tag)
            .WithImageRegistry(Registry)
            .WithContainerName(server.Container)
            .WithBindMount(folders.ServerConfiguration, Configuration, isReadOnly: true)
            .WithBindMount(folders.ServerData, "/opt/spire/data/server")
            .WithBindMount(folders.ServerSocket, Socket)
            .WithContainerRuntimeArgs("--user", HostUser.Current())
            // The entry point ends with "run".
            .WithArgs("-config", Configuration + "/server.conf")
            .WithoutAspireCertificates()
            .WithHttpEndpoint(targetPort: HealthPort, name: Health)
            .WithHttpHealthCheck("/ready", endpointName: Health)
            .WithIconName("Certificate")
            .ExcludeFromManifest();
    }

    /// <summary>What these containers trust is SPIRE's own bundle, and they serve nothing with a developer certificate.</summary>
    internal static IResourceBuilder<T> WithoutAspireCertificates<T>(this IResourceBuilder<T> container) where T : ContainerResource => container
        .WithCertificateTrustScope(CertificateTrustScope.None)
        .WithoutHttpsCertificate();
}
