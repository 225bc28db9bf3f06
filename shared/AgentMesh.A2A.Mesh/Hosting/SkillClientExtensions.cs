using AgentMesh.Auth;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh;

/// <summary>Lets a party call skills of other agents.</summary>
public static class SkillClientExtensions
{
    /// <summary>
    /// Registers <typeparamref name="TClient"/>, a class that takes a <see cref="SkillClient"/>: calls of one skill, whichever agent serves it.
    /// </summary>
    /// <typeparam name="TClient">The class that wraps the calls in types of its own.</typeparam>
    /// <param name="builder">The party's builder.</param>
    /// <param name="skill">The skill's id.</param>
    /// <param name="scopes">What the skill is used with. An agent to which the manifest gives no edge with these scopes is never called, whatever it registers.</param>
    /// <returns>The same builder.</returns>
    public static IHostApplicationBuilder AddSkillClient<TClient>(this IHostApplicationBuilder builder, string skill, params string[] scopes) where TClient : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(skill);
        var wanted = ScopeSet.Of(scopes);
        builder.Services.AddA2ACalls(builder.Configuration);
        builder.Services.AddSingleton(new SkillUse(skill, wanted));
        builder.Services.AddTransient(provider => ActivatorUtilities.CreateInstance<TClient>(provider, new SkillClient(
            skill,
            wanted,
            provider.GetRequiredService<AgentDirectory>(),
            provider.GetRequiredService<AgentConnections>(),
            provider.GetRequiredService<TimeProvider>())));
        return builder;
    }

    /// <summary>Registers what calls over A2A need: <see cref="AgentDirectory"/>, <see cref="AgentConnections"/> and <see cref="RegistryConnection"/>.</summary>
    /// <param name="services">With <c>AddMeshIdentity</c> in it. Calling twice adds nothing.</param>
    /// <param name="configuration">Says where the registry is.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddA2ACalls(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(service => service.ServiceType == typeof(AgentDirectory)))
            return services;
        RegistryConnection.Add(services, configuration);
        services.AddSingleton(provider => new AgentDirectory(
            provider.GetRequiredService<RegistryConnection>(),
            provider.GetRequiredService<MeshIdentity>(),
            provider.GetRequiredService<IX509BundleSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AgentDirectory>>()));
        services.AddSingleton<AgentConnections>();
        services.TryAddSingleton<SkillApprovals>();
        services.AddHostedService<SkillUseCheck>();
        return services;
    }
}
