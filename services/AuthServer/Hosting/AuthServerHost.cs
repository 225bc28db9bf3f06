using AgentMesh.Auth;
using AgentMesh.AuthServer.Approval;
using AgentMesh.AuthServer.Audit;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Dpop;
using AgentMesh.AuthServer.Events;
using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>Builds the server. Tests build it in their own process and bring their own clock, identity and audit log.</summary>
public static class AuthServerHost
{
    /// <summary>The server, ready to be started.</summary>
    /// <param name="args">Configuration as on the command line.</param>
    /// <param name="configure">
    /// Runs before the defaults are added: whatever it registers (a <see cref="TimeProvider"/>, a <see cref="MeshManifest"/>, SVID and
    /// bundle sources, an <see cref="IAuditLog"/>) is used instead of them.
    /// </param>
    /// <exception cref="StartupException">The configuration is wrong; the message names the setting and the fix.</exception>
    /// <exception cref="ManifestException">The manifest has errors.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseKestrelHttpsConfiguration();
        configure?.Invoke(builder);
        AddServer(builder);

        var app = builder.Build();
        app.UseMiddleware<BoundRequests>();
        app.UseMiddleware<RefuseWhenBehind>();
        app.UseAuthentication();
        HealthEndpoints.Map(app);
        RevocationEndpoints.Map(app);
        PollEndpoint.Map(app);
        BackchannelEndpoint.Map(app);
        ApproverEndpoints.Map(app);
        JournalEndpoint.Map(app);
        LedgerEndpoints.Map(app);
        return app;
    }

    private static void AddServer(WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        configuration["Mesh:Name"] ??= "auth-server";
        services.AddSingleton(ListenAddresses.Parse(configuration[WebHostDefaults.ServerUrlsKey], bool.TryParse(configuration["Mesh:Server:AllowPlainHealth"], out var plain) && plain));
        var issuer = Issuer.Parse(configuration["Mesh:Issuer"]);
        var manifest = Registered<MeshManifest>(services) ?? ManifestLocation.Load(configuration["Mesh:Manifest"], builder.Environment.ContentRootPath);
        var options = AuthServerSettings.Read(configuration.GetSection(AuthServerOptions.Section));
        var dataDirectory = DataDirectory.Prepare(options, manifest);

        // OpenIddict logs each request and answer at Information and, at Trace, tokens.
        builder.Logging.AddFilter("OpenIddict", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // It warns that ASPNETCORE_URLS is overridden by listeners, which are made from it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);

        services.TryAddSingleton(TimeProvider.System);
        services.AddAuditLedger(options, dataDirectory);
        if (!services.Any(service => service.ServiceType == typeof(IAuditLog)))
        {
            // It issues tokens and uses none: an SVID and a journal are all that it needs of a party.
            if (!services.Any(service => service.ServiceType == typeof(IX509SvidSource)))
            {
                services.AddSpiffe();
            }
            services.AddMeshAudit(configuration);
        }
        services.AddSingleton(manifest);
        services.AddSingleton(issuer);
        services.AddSingleton(Options.Create(options));

        services.AddSingleton(new AuthDatabase(options, dataDirectory));
        services.AddSingleton(new KeyEncryption(KeyEncryptionKey.Load(options, dataDirectory)));
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton<RevocationList>();
        services.AddSingleton<SecurityEventLog>();
        services.AddSingleton<AccessTokenWriter>();
        services.AddSingleton<AccessTokenReader>();
        services.AddSingleton<OwnJwtSvid>();
        services.AddSingleton<PeerSvidReader>();
        services.AddSingleton<UsedProofs>();
        services.AddSingleton<ServerTelemetry>();
        services.AddSingleton<DecisionRecorder>();
        services.AddScoped<EndpointRequest>();
        services.AddScoped<RevocationEndpoints>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<SecurityEventToken>();
        services.AddScoped<PollEndpoint>();
        services.AddSingleton<ApprovalStore>();
        services.AddSingleton<PollHold>();
        services.AddScoped<BackchannelEndpoint>();
        services.AddScoped<ApproverEndpoints>();
        services.AddSingleton<RefusedConnections>();
        services.AddTokenPipeline(issuer);
        HealthEndpoints.AddChecks(services);
        services.AddUnkeptDataProtection();

        // In this order, and all before Kestrel accepts its first connection.
        services.AddHostedService<StateLoader>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRotation>());
        services.AddHostedService<SecurityEventFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<EventStreams>());

        if (options.SvidWithdrawal == SvidWithdrawal.WorkloadApi)
        {
            services.AddSingleton(new WorkloadAdmin(configuration["SPIFFE_ENDPOINT_SOCKET"]));
            services.AddHostedService<SvidReconciler>();
        }

        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, TlsListener>();
    }

    private static T? Registered<T>(IServiceCollection services) where T : class =>
        services.LastOrDefault(service => service.ServiceType == typeof(T))?.ImplementationInstance as T;
}
