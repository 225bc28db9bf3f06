using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh;

/// <summary>Registers the agent with the mesh's registry while it runs.</summary>
internal static class Registration
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        RegistryConnection.Add(services, configuration);
        services.AddSingleton<IHostedService>(provider =>
        {
            var registry = provider.GetRequiredService<RegistryConnection>();
            if (registry.Client is not { } client)
                return new Unregistered();
            var server = provider.GetRequiredService<A2AServer>();
            // Checks of health are there with the agent's server; without any it counts as healthy.
            var health = provider.GetService<HealthCheckService>();
            return new AgentRegistrationService(
                client, server.CurrentCard, RegistryConnection.Period,
                health is null ? null : async cancellationToken => (await health.CheckHealthAsync(cancellationToken).ConfigureAwait(false)).Status != HealthStatus.Unhealthy,
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AgentRegistrationService>>());
        });
    }

    /// <summary>The mesh has no registry: its agents are called by name.</summary>
    private sealed class Unregistered : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
