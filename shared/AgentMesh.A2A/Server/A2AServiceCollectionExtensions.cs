using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A;

/// <summary>Registers an agent.</summary>
public static class A2AServiceCollectionExtensions
{
    /// <summary>
    /// Registers <typeparamref name="TExecutor"/> as the agent of this application, with an <see cref="ITaskStore"/> in memory unless
    /// one is registered. Map it with <c>MapA2A</c> and <c>MapAgentCard</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets at least <see cref="A2AServerOptions.Card"/> and <see cref="A2AServerOptions.Owner"/>.</param>
    public static IServiceCollection AddA2AServer<TExecutor>(this IServiceCollection services, Action<A2AServerOptions, IServiceProvider> configure)
        where TExecutor : class, IAgentExecutor
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITaskStore, InMemoryTaskStore>();
        services.TryAddSingleton<TExecutor>();
        services.AddSingleton(provider =>
        {
            var options = new A2AServerOptions();
            configure(options, provider);
            return new A2AServer(
                provider.GetRequiredService<TExecutor>(),
                provider.GetRequiredService<ITaskStore>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>());
        });
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<A2AServer>());
        return services;
    }
}
