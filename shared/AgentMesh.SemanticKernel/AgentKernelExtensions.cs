using AgentMesh.Auth;
using AgentMesh.SemanticKernel.Chat;
using AgentMesh.SemanticKernel.Models;
using AgentMesh.SemanticKernel.Tools;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel;

/// <summary>Gives an agent a kernel whose functions are held to the scopes of the request being served.</summary>
public static class AgentKernelExtensions
{
    /// <summary>
    /// Registers <see cref="Kernel"/> (transient, without plugins), <see cref="IChatClient"/> by <c>Mesh:Model</c> and <see cref="AgentChat"/>.
    /// Nothing of it is loaded before it is asked for; only the settings are checked at once.
    /// </summary>
    /// <exception cref="OptionsValidationException"><c>Mesh:Model</c> or a setting that it needs is missing or wrong.</exception>
    public static TBuilder AddAgentKernel<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(ModelSettings.Read(builder.Configuration));
        AgentChatOptions.Add(services);
        services.TryAddSingleton(p => ChatClientFactory.Create(p.GetRequiredService<ModelSettings>()));
        services.AddSingleton(p => ToolParty.From(p.GetRequiredService<MeshIdentity>()));
        services.AddTransient(CreateKernel);
        services.AddSingleton(CreateChat);
        return builder;
    }

    private static AgentChat CreateChat(IServiceProvider services) => new(
        services.GetRequiredService<IChatClient>(),
        services.GetRequiredService<ModelSettings>(),
        services.GetRequiredService<ToolParty>(),
        services.GetRequiredService<IOptions<AgentChatOptions>>().Value,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILoggerFactory>());

    // The filters go into every kernel here, and not through the container, where leaving one out would go unnoticed.
    private static Kernel CreateKernel(IServiceProvider services)
    {
        var kernel = new Kernel(services);
        kernel.FunctionInvocationFilters.Add(new ToolFailureFilter(services.GetRequiredService<ILogger<ToolFailureFilter>>()));
        kernel.FunctionInvocationFilters.Add(new ScopeFilter(
            services.GetRequiredService<IAuditLog>(),
            services.GetRequiredService<ToolParty>(),
            ServedRequest.Current,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ScopeFilter>>()));
        return kernel;
    }
}
