using AgentMesh.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentMesh.Entra;

/// <summary>Registers Microsoft Entra ID as a token source.</summary>
public static class EntraServiceCollectionExtensions
{
    /// <summary>
    /// Lets <c>Mesh:Callees:{name}:TokenSource</c> be <c>entra</c>: calls to that callee then carry a token of Microsoft Entra ID, for which this agent
    /// proves itself with a JWT-SVID (RFC 7523 §2.2; a federated identity credential). Everything else, mTLS and the manifest's edges, stays as it is.
    /// </summary>
    /// <param name="services">Where to register. Calling twice adds nothing.</param>
    /// <param name="configuration">Holds the sections <c>Mesh:Entra</c> and <c>Mesh:Callees</c>.</param>
    /// <returns>The same collection.</returns>
    /// <exception cref="OptionsValidationException">When the host starts: a setting is missing or wrong, or an edge needs what Entra's tokens cannot carry; the message names the setting and the fix.</exception>
    public static IServiceCollection AddEntraTokens(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(s => s.ServiceType == typeof(EntraCallees)))
            return services;

        services.AddMeshIdentity(configuration);
        services.AddOptions<EntraOptions>().Bind(configuration.GetSection(EntraOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EntraOptions>, AnnotatedOptions<EntraOptions>>();
        services.AddSingleton(s => new EntraCallees(configuration, s.GetRequiredService<IOptions<EntraOptions>>(), s.GetRequiredService<MeshIdentity>()));
        services.AddSingleton<EntraMetrics>();
        services.AddSingleton<EntraAcquirers>();
        services.AddTransient<RetryTransient>();
        services.AddKeyedSingleton<ITokenSource, EntraTokenSource>(EntraTokenSource.Key);
        services.AddHostedService<EntraStart>();
        services.AddHttpClient(EntraAcquirers.HttpClientName, static (s, http) =>
            {
                http.Timeout = s.GetRequiredService<IOptions<EntraOptions>>().Value.Timeout * 2;
                http.MaxResponseContentBufferSize = 1 << 20;
            })
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .AddHttpMessageHandler<RetryTransient>();
        return services;
    }
}
