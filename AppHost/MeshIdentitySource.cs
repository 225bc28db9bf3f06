using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.AppHost;

/// <summary>Where this run's SVIDs come from.</summary>
/// <param name="Address">As <c>SPIFFE_ENDPOINT_SOCKET</c> says it.</param>
/// <param name="Resource">What has to be healthy before anybody can have one; null when it runs already.</param>
/// <param name="Spire">The SPIRE agent, where there is one.</param>
/// <param name="Embedded">The embedded Workload API, where it is used.</param>
internal sealed record MeshIdentitySource(
    string Address,
    IResourceBuilder<IResource>? Resource = null,
    SpireAgentResource? Spire = null,
    IResourceBuilder<ProjectResource>? Embedded = null);

internal static class MeshIdentitySourceExtensions
{
    public static async Task<MeshIdentitySource> AddIdentitySourceAsync(this IDistributedApplicationBuilder builder, MeshRun mesh)
    {
        // Where the mesh is published to there is a SPIRE agent: see docs/kubernetes.md.
        if (builder.ExecutionContext.IsPublishMode)
            return new MeshIdentitySource(Publishing.WorkloadApi);

        var configuration = builder.Configuration;
        var runtime = await ContainerRuntime.FindAsync(configuration["ASPIRE_CONTAINER_RUNTIME"], TimeProvider.System, CancellationToken.None);
        var choice = IdentitySourceChoice.Decide(
            configuration[IdentitySourceChoice.Setting], configuration[IdentitySourceChoice.EndpointVariable], OperatingSystem.IsLinux(), runtime);
        builder.OnBeforeStart((started, _) =>
        {
            Log.IdentitySource(started.Services.GetRequiredService<ILoggerFactory>().CreateLogger("AgentMesh.AppHost"), choice.Reason);
            return Task.CompletedTask;
        });

        return choice.Source switch
        {
            IdentitySource.Spire => builder.AddSpire(mesh, choice.Runtime!),
            IdentitySource.External => new MeshIdentitySource(choice.Endpoint!),
            _ => builder.AddEmbedded(mesh, choice.Reason),
        };
    }

    private static MeshIdentitySource AddEmbedded(this IDistributedApplicationBuilder builder, MeshRun mesh, string reason)
    {
        var socket = Path.Combine(mesh.Directory, "w.sock");
        var workloadApi = builder.AddParty(mesh, mesh.Manifest.Services["workload-api"])
            .WithEnvironment("Mesh__WorkloadApi__Socket", socket)
            .WithProperty("agentmesh.identity", reason);
        return new MeshIdentitySource("unix://" + socket, workloadApi, Embedded: workloadApi);
    }

    private static MeshIdentitySource AddSpire(this IDistributedApplicationBuilder builder, MeshRun mesh, ContainerRuntime runtime)
    {
        var server = builder.AddSpireServer("spire-server", mesh.Manifest, mesh.Directory, runtime);
        var agent = builder.AddSpireAgent("spire-agent", server, MeshRun.Configuration);
        if (bool.TryParse(builder.Configuration["Mesh:Spire:Oidc"], out var wanted) && wanted)
            builder.AddSpireOidcDiscovery("spire-oidc", server);
        return new MeshIdentitySource(agent.Resource.Address, agent, agent.Resource);
    }
}
