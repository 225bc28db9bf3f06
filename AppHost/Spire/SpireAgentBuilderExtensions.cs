using AgentMesh.AppHost;
using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Spire;
using AgentMesh.Deployment.Spire.Bootstrap;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds SPIRE agents.</summary>
internal static class SpireAgentBuilderExtensions
{
    private const string Configuration = "/opt/spire/conf/agent";

    /// <summary>
    /// Adds a SPIRE agent that joins a server. Before each start the bundle, a join token if one is needed, and the manifest's registration
    /// entries are brought in place; it is healthy when the Workload API answers on this machine's side of the socket.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="server">The server that it joins.</param>
    /// <param name="configuration">Debug or Release: whose executables the entries name.</param>
    public static IResourceBuilder<SpireAgentResource> AddSpireAgent(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, IResourceBuilder<SpireServerResource> server, string configuration)
    {
        var (manifest, folders) = (server.Resource.Manifest, server.Resource.Folders);
        File.WriteAllText(
            Path.Combine(folders.AgentConfiguration, "agent.conf"),
            SpireAgentConfiguration.Write(manifest, new SpireAgentSettings { ServerAddress = server.Resource.Name }));

        var agent = new SpireAgentResource(name, server.Resource);
        var health = name + "-workload-api";
        builder.Services.AddHealthChecks().AddAsyncCheck(health, async cancellationToken =>
            await WorkloadApiProbe.AskAsync(agent.Address, cancellationToken) is { } problem
                ? HealthCheckResult.Unhealthy(problem)
                : HealthCheckResult.Healthy());

        return builder.AddResource(agent)
            .WithImage("spiffe/spire-agent", SpireServerBuilderExtensions.Tag)
            .WithImageRegistry(SpireServerBuilderExtensions.Registry)
            .WithContainerName($"{server.Resource.Container}-{name}")
            .WithBindMount(folders.AgentConfiguration, Configuration, isReadOnly: true)
            .WithBindMount(folders.AgentData, "/opt/spire/data/agent")
            .WithBindMount(folders.WorkloadApi, "/tmp/spire-agent/public")
            // The kernel names callers by numbers of the host, and /proc/PID/exe of another user's process is for tracers only: hence the
            // host's process ids, that one capability, and no AppArmor profile that would take it back.
            .WithContainerRuntimeArgs("--pid", "host", "--cap-add", "SYS_PTRACE", "--security-opt", "apparmor=unconfined")
            .WithArgs("-config", Configuration + "/agent.conf")
            .WithoutAspireCertificates()
            .WithHealthCheck(health)
            .WaitFor(server)
            .OnBeforeResourceStarted((resource, started, cancellationToken) => PrepareAsync(resource, configuration, started.Services, cancellationToken))
            .WithIconName("ShieldCheckmark")
            .ExcludeFromManifest();
    }

    private static async Task PrepareAsync(SpireAgentResource agent, string configuration, IServiceProvider services, CancellationToken cancellationToken)
    {
        // This can run before the wait for the server that the resource has itself.
        await services.GetRequiredService<ResourceNotificationService>().WaitForResourceHealthyAsync(agent.Server.Name, cancellationToken);

        var entries = RegistrationEntries.ForHostProcesses(agent.Server.Manifest, agent.SpiffeId, HostUser.Id(), configuration);
        var bootstrap = new SpireBootstrap(
            agent.Server.Cli, agent.Server.Folders, SpireServerBuilderExtensions.Configuration + "/entries.json", TimeProvider.System);
        var result = await bootstrap.RunAsync(agent.SpiffeId, entries, cancellationToken);

        Log.Bootstrapped(services.GetRequiredService<ResourceLoggerService>().GetLogger(agent), result.AgentJoins, result.Created, result.Deleted);
    }
}
