using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Spire;

namespace Aspire.Hosting;

/// <summary>SPIRE's OIDC discovery provider in a container: serves the keys with which others verify JWT-SVIDs.</summary>
internal sealed class SpireOidcDiscoveryResource(string name) : ContainerResource(name);

/// <summary>Adds SPIRE's OIDC discovery provider.</summary>
internal static class SpireOidcBuilderExtensions
{
    private const string Configuration = "/opt/spire/conf/oidc";
    private const string Health = "health";
    private const int HealthPort = 8008;
    private const int Port = 8082;

    /// <summary>Adds a discovery provider that reads the keys from a server over its administrative socket.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="server">The server whose keys it serves.</param>
    public static IResourceBuilder<SpireOidcDiscoveryResource> AddSpireOidcDiscovery(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, IResourceBuilder<SpireServerResource> server)
    {
        var folders = server.Resource.Folders;
        File.WriteAllText(Path.Combine(folders.OidcConfiguration, "oidc.conf"), SpireOidcConfiguration.Write(new SpireOidcSettings
        {
            Domains = ["localhost", name],
            Port = Port,
            HealthPort = HealthPort,
            ServerSocketPath = SpireServerBuilderExtensions.Socket + "/api.sock",
        }));

        return builder.AddResource(new SpireOidcDiscoveryResource(name))
            .WithImage("spiffe/oidc-discovery-provider", SpireServerBuilderExtensions.Tag)
            .WithImageRegistry(SpireServerBuilderExtensions.Registry)
            .WithBindMount(folders.OidcConfiguration, Configuration, isReadOnly: true)
            .WithBindMount(folders.ServerSocket, SpireServerBuilderExtensions.Socket)
            .WithContainerRuntimeArgs("--user", HostUser.Current())
            .WithArgs("-config", Configuration + "/oidc.conf")
            .WithoutAspireCertificates()
            .WithHttpEndpoint(targetPort: Port, name: "http")
            .WithUrlForEndpoint("http", url => url.Url += "/.well-known/openid-configuration")
            .WithHttpEndpoint(targetPort: HealthPort, name: Health)
            .WithHttpHealthCheck("/ready", endpointName: Health)
            .WaitFor(server)
            .ExcludeFromManifest();
    }
}
