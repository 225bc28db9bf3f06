using System.Diagnostics.Metrics;
using AgentMesh.Spiffe.Internal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Spiffe;

/// <summary>Registers SPIFFE with a host.</summary>
public static class SpiffeServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="SpiffeSource"/> behind its four interfaces, started with the host without holding it up; the
    /// health check <c>spiffe</c>; and the meter and activity source <c>AgentMesh.Spiffe</c>. Calling it again only configures.
    /// </summary>
    /// <remarks>The socket comes from the options, else from the configuration's <c>SPIFFE_ENDPOINT_SOCKET</c>, which is the environment variable by default.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Which socket and identity to use.</param>
    public static IServiceCollection AddSpiffe(this IServiceCollection services, Action<WorkloadApiClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(static s => s.ServiceType == typeof(SpiffeSource)))
            return services;
        services.AddOptions<WorkloadApiClientOptions>().PostConfigure<IServiceProvider>(static (options, provider) =>
            options.EndpointSocket ??= provider.GetService<IConfiguration>()?[WorkloadApiClientOptions.EndpointSocketVariable]);
        services.AddSingleton(static provider => SpiffeSource.Create(
            provider.GetRequiredService<IOptions<WorkloadApiClientOptions>>().Value,
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<IX509SvidSource>(static provider => provider.GetRequiredService<SpiffeSource>());
        services.TryAddSingleton<IX509BundleSource>(static provider => provider.GetRequiredService<SpiffeSource>());
        services.TryAddSingleton<IJwtSvidSource>(static provider => provider.GetRequiredService<SpiffeSource>());
        services.TryAddSingleton<IJwtBundleSource>(static provider => provider.GetRequiredService<SpiffeSource>());
        services.AddHostedService<SpiffeSourceStart>();
        services.AddHealthChecks().AddCheck<SpiffeHealthCheck>("spiffe");
        return services;
    }
}
