using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>Registers a party's identity, and authentication on the clients it calls other agents with.</summary>
public static class AgentAuthExtensions
{
    /// <summary>
    /// Adds what both halves of the library need: <see cref="MeshOptions"/> (validated on start), the manifest as <see cref="MeshManifest"/>,
    /// <see cref="MeshIdentity"/>, the SPIFFE sources, the authorization server's client, the token cache and the audit log.
    /// </summary>
    /// <param name="services">Where to register. Calling twice adds nothing.</param>
    /// <param name="configuration">Holds the section <c>Mesh</c>.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddMeshIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(s => s.ServiceType == typeof(MeshIdentity)))
            return services;

        var section = configuration.GetSection(MeshOptions.Section);
        services.AddOptions<TokenCacheOptions>().Bind(section.GetSection("TokenCache")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TokenCacheOptions>, TokenCacheOptionsValidator>();
        services.AddMeshAudit(configuration);
        // A process that already holds its material (a test, the identity authority itself) registers its own sources first.
        if (!services.Any(s => s.ServiceType == typeof(IX509SvidSource)))
            services.AddSpiffe();
        services.AddSingleton<PresentedSubjects>();
        services.AddSingleton<ProofKeys>();
        services.TryAddSingleton<ITokenSource, TokenExchangeSource>();
        services.TryAddSingleton<IApprovals, BackchannelApprovals>();
        services.AddSingleton(s => new CalleeTokenSources(s.GetRequiredService<ITokenSource>(), s, configuration, s.GetRequiredService<MeshManifest>()));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<TokenCache>(s, s.GetRequiredService<CalleeTokenSources>()));
        services.AddHostedService<CalleeCheck>();
        return services;
    }

    /// <summary>
    /// Authenticates every request of this client to one callee: mTLS to the callee's SPIFFE ID and, unless the callee takes mTLS alone, a
    /// token for these scopes exchanged on behalf of the request being served.
    /// </summary>
    /// <param name="builder">The client. Its primary handler is replaced; what is registered around it stays.</param>
    /// <param name="callee">Name of the callee in the manifest.</param>
    /// <param name="scopes">What the client will ask of it; each must be on the edge in the manifest.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="OptionsValidationException">When the host starts: the manifest has no such callee or no edge with these scopes.</exception>
    public static IHttpClientBuilder AddAgentAuth(this IHttpClientBuilder builder, string callee, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(callee);
        var wanted = ScopeSet.Of(scopes);
        builder.Services.AddSingleton(new CalleeRegistration(builder.Name, callee, wanted));
        // The handler holds its own pools and follows rotation itself; recreating it would only cost handshakes.
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(services => CreateHandler(services, callee, wanted));
        builder.Services.PostConfigure<HttpClientFactoryOptions>(builder.Name, options => options.HttpMessageHandlerBuilderActions.Add(RequireHandler));
        return builder;
    }

    /// <summary>
    /// A handler such as <see cref="AddAgentAuth"/> gives its clients, for a callee that is known only while the process runs. It authenticates
    /// the connection and the request; resilience and addresses are the caller's business.
    /// </summary>
    /// <param name="services">With <see cref="AddMeshIdentity"/> in it.</param>
    /// <param name="callee">Name of the callee in the manifest.</param>
    /// <param name="scopes">What will be asked of it; each must be on the edge in the manifest.</param>
    /// <returns>A handler that owns its connections. Keep it as long as the callee is called, and dispose of it.</returns>
    /// <exception cref="OptionsValidationException">The manifest has no such callee or no edge with these scopes.</exception>
    public static HttpMessageHandler CreateAgentAuthHandler(this IServiceProvider services, string callee, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(callee);
        return CreateHandler(services, callee, ScopeSet.Of(scopes));
    }

    private static AgentAuthHandler CreateHandler(IServiceProvider services, string callee, ScopeSet scopes)
    {
        var identity = services.GetRequiredService<MeshIdentity>();
        var sources = services.GetRequiredService<CalleeTokenSources>();
        var party = CalleeCheck.Resolve(identity, sources, callee, scopes);
        var logger = services.GetRequiredService<ILogger<AgentAuthHandler>>();
        var connections = SpiffeTls.CreateHandler(identity, services.GetRequiredService<IX509BundleSource>(), Authorize.Id(SpiffeId.Parse(party.SpiffeId)),
            services.GetRequiredService<TimeProvider>(), reason => HandshakeLog.Refused(logger, party.Name, reason));
        var tokens = party.Authentication == EdgeAuthentication.Mtls ? null : services.GetRequiredService<TokenCache>();
        var needApproval = ScopeSet.Of(scopes.Values.Where(scope => identity.Manifest.Scopes.TryGetValue(scope, out var definition) && definition.NeedsApproval));
        var source = sources.For(party);
        var audit = new CallAudit(services.GetRequiredService<IAuditLog>(), identity, services.GetRequiredService<TimeProvider>(), logger, party, scopes, needApproval, source.BindsToSvid);
        // Only the mesh's authorization server binds tokens to this process's key.
        var keys = sources.IsDefaultFor(party) ? services.GetRequiredService<ProofKeys>() : null;
        return new AgentAuthHandler(party, scopes, needApproval, identity, tokens, source, keys,
            services.GetRequiredService<TimeProvider>(), audit, logger, connections);
    }

    private static void RequireHandler(HttpMessageHandlerBuilder handlers)
    {
        if (handlers.PrimaryHandler is not AgentAuthHandler)
        {
            throw new InvalidOperationException($"The HTTP client \"{handlers.Name}\" was given AddAgentAuth and another primary handler after it, "
                + "which would send its requests without a credential. Remove the other primary handler.");
        }
    }
}
