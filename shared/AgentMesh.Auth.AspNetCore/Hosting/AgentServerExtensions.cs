using AgentMesh.Auth.AspNetCore.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Makes a web application an agent that proves itself, and asks the same of every caller.</summary>
public static class AgentServerExtensions
{
    /// <summary>
    /// Serves every https address of <c>ASPNETCORE_URLS</c> with SPIFFE mTLS and every http address with health alone, and registers the six checks:
    /// peer, token, binding, actor, revocation and scope. Endpoints without <see cref="ScopeEndpointExtensions.RequireScope"/> are refused.
    /// </summary>
    /// <typeparam name="TBuilder">The application's builder.</typeparam>
    /// <param name="builder">A builder of a <see cref="WebApplication"/>, with the section <c>Mesh</c> in its configuration.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="OptionsValidationException">When the host starts: a setting is missing or wrong; the message names it and the fix.</exception>
    public static TBuilder AddAgentServer<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddMeshIdentity(builder.Configuration);
        services.AddOptions<AgentServerOptions>().Bind(builder.Configuration.GetSection(AgentServerOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AgentServerOptions>, AnnotatedOptions<AgentServerOptions>>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, AgentKestrelSetup>();

        services.AddSingleton<RefusedConnections>();
        services.AddSingleton<IIssuerKeySource, MeshKeySource>();
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<MeshTokenRules>();
        AcceptedEntraTokens.Add(services);
        services.AddSingleton(static s => new AccessTokenValidator(s.GetRequiredService<MeshTokenRules>(), s.GetRequiredService<AcceptedEntraTokens>().Rules,
            s.GetRequiredService<IOptions<AgentServerOptions>>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OwnAddress>();
        services.AddSingleton<UsedProofs>();
        services.AddSingleton<ProofChecks>();
        services.AddSingleton<CallerChecks>();
        services.TryAddSingleton<InMemoryRevocationState>();
        services.AddSingleton<RevocationFreshness>();
        services.AddSingleton<SecurityEventReader>();
        services.TryAddSingleton<IRevocationState, FollowedRevocationState>();
        services.AddHostedService<RevocationReceiver>();
        services.AddSingleton<InboundMetrics>();
        services.AddSingleton<DecisionRecorder>();
        services.AddSingleton<RunningRequests>();
        services.AddHostedService(static s => s.GetRequiredService<RunningRequests>());

        services.AddHealthChecks().AddCheck<RevocationHealth>("revocation");
        return builder;
    }

    /// <summary>Adds the checks to the pipeline, health to the plain port, and the protected resource metadata (RFC 9728 §3).</summary>
    /// <param name="app">The application. Call this before mapping endpoints.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="OptionsValidationException">A setting is missing or wrong; the message names it and the fix.</exception>
    public static WebApplication UseAgentServer(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Fails now, with a message, rather than on the first request.
        app.Services.GetRequiredService<CallerChecks>();
        app.Services.GetRequiredService<DecisionRecorder>();

        // An application with exception handlers of its own has its say about what its endpoints throw.
        if (app.Services.GetService<IExceptionHandler>() is null)
            app.UseMiddleware<UnhandledExceptions>();
        PlainPort.Map(app);
        app.UseRouting();
        app.UseMiddleware<Decide>();
        // Whoever adds policies of ASP.NET Core's authorization has them on top.
        if (app.Services.GetService<IAuthorizationHandlerProvider>() is not null)
            app.UseAuthorization();
        var metadata = ProtectedResourceMetadata.Of(app.Services);
        app.MapGet(ProtectedResourceMetadata.Path, () => TypedResults.Json(metadata, MetadataJson.Default.ProtectedResourceMetadata))
            .AllowAnonymous();
        return app;
    }
}
