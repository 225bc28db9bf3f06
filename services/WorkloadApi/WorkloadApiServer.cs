using AgentMesh.Spiffe;
using AgentMesh.WorkloadApi.Admin;
using AgentMesh.WorkloadApi.Attestation;
using AgentMesh.WorkloadApi.Audit;
using AgentMesh.WorkloadApi.Authorities;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Documents;
using AgentMesh.WorkloadApi.Entries;
using AgentMesh.WorkloadApi.Federation;
using AgentMesh.WorkloadApi.Serving;
using AgentMesh.WorkloadApi.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentMesh.WorkloadApi;

/// <summary>The server as a whole: for <c>Program</c>, and for tests that host it in their own process.</summary>
public static class WorkloadApiServer
{
    /// <summary>Builds the server; <c>StartAsync</c> serves. Arguments are configuration, for example <c>--Mesh:WorkloadApi:Socket=/tmp/x/w.sock</c>.</summary>
    /// <param name="args">Command-line arguments.</param>
    /// <param name="configure">Called before the server's own services are added, which give way to those that are there (<see cref="TimeProvider"/> for one).</param>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    /// <exception cref="Manifest.ManifestException">The manifest has errors.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        configure?.Invoke(builder);
        var settings = WorkloadApiSettings.Read(builder.Configuration);
        DevelopmentOnly.Enforce(builder.Environment, settings);
        var socket = new UnixSocketEndpoint(settings);
        socket.Prepare();
        builder.AddExitWithParent();
        AddServices(builder, settings);
        builder.AddIdentityAudit(settings);
        builder.Services.AddOptions<SocketTransportOptions>().Configure(transport => transport.CreateBoundListenSocket = socket.Bind);
        builder.AddTelemetry();
        ConfigureKestrel(builder.WebHost, settings);

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => Announce(app, settings));
        app.Lifetime.ApplicationStopped.Register(socket.Remove);
        app.UseListenerSeparation(settings);
        app.MapGrpcService<WorkloadService>();
        app.MapGrpcService<AdminService>();
        app.MapGrpcReflectionService();
        app.MapDocuments();
        WakeStreamsOnChange(app.Services);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, WorkloadApiSettings settings)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => CallerAttestor.ForThisSystem());
        services.TryAddSingleton<IEntryStore, ManifestEntryStore>();
        services.AddSingleton(settings);
        services.AddSingleton<IStartupFilter, ConfiguredAddresses>();
        services.AddSingleton<WorkloadApiTelemetry>();
        services.AddSingleton<TrustState>();
        services.AddSingleton<EndpointCertificate>();
        services.TryAddSingleton(provider => new BundleEndpointClient(time: provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new FederatedBundles(
            provider.GetRequiredService<BundleEndpointClient>(), time: provider.GetRequiredService<TimeProvider>(), loggers: provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<FederationService>();
        services.AddHostedService(provider => provider.GetRequiredService<FederationService>());
        services.AddSingleton<JwtSvidIssuer>();
        services.AddSingleton<IssuerAddress>();
        services.AddSingleton<Wakeups>();
        services.AddSingleton<Streams>();
        services.AddSingleton<CallerIdentities>();
        services.AddSingleton<WorkloadService>();
        services.AddSingleton<AdminService>();
        services.AddRouting();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<SecurityHeaderInterceptor>();
            grpc.Interceptors.Add<RecordedBeforeAnswered>();
            grpc.MaxReceiveMessageSize = 256 * 1024;   // a token to validate is the largest thing that anybody sends
        });
        services.AddGrpcReflection();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
    }

    private static void ConfigureKestrel(IWebHostBuilder host, WorkloadApiSettings settings) => host.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        // A workload holds one connection and three streams, and says nothing on them for half an hour.
        kestrel.Limits.MaxConcurrentConnections = 20_000;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 32;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(5);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromMinutes(1);
        kestrel.Limits.MaxRequestBodySize = 512 * 1024;
        // A workload at a breakpoint, or on a machine that is busy, is slow and not hostile; what it can hold up is its own stream.
        kestrel.Limits.MinRequestBodyDataRate = null;
        // First, so that the issuer's address is known when the first workload connects.
        foreach (var address in settings.HttpAddresses)
            Listen(kestrel, address);
        if (settings.BundleEndpoint is { } bundles)
            kestrel.ListenForBundles(bundles);
        kestrel.ListenUnixSocket(settings.Socket, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(CallerFeature.Attest(kestrel.ApplicationServices.GetRequiredService<ICallerAttestor>()));
        });
    });

    private static void Listen(KestrelServerOptions kestrel, Uri address)
    {
        if (address.HostNameType == UriHostNameType.Dns && address.Port != 0)
            kestrel.ListenLocalhost(address.Port, listen => listen.Protocols = HttpProtocols.Http1);
        else
            kestrel.Listen(address.HostNameType == UriHostNameType.Dns ? System.Net.IPAddress.Loopback : System.Net.IPAddress.Parse(address.DnsSafeHost), address.Port,
                listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void WakeStreamsOnChange(IServiceProvider services)
    {
        var wakeups = services.GetRequiredService<Wakeups>();
        var (trust, recorder) = (services.GetRequiredService<TrustState>(), services.GetRequiredService<IdentityRecorder>());
        trust.Changed += wakeups.WakeAll;
        trust.Changed += () => recorder.TrustChanged(trust.Current);
        services.GetRequiredService<IEntryStore>().Changed += wakeups.WakeAll;
    }

    private static void Announce(WebApplication app, WorkloadApiSettings settings)
    {
        app.Services.GetRequiredService<IdentityRecorder>().TrustChanged(app.Services.GetRequiredService<TrustState>().Current);
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(WorkloadApiTelemetry.Name);
        if (!app.Environment.IsDevelopment())
            Log.OutsideDevelopment(logger);
        foreach (var warning in settings.Manifest.Warnings)
            Log.ManifestWarning(logger, warning.ToString());
        var addresses = IssuerAddress.HttpAddresses(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>());
        Log.Started(logger, settings.Manifest.TrustDomain, settings.Socket, app.Services.GetRequiredService<IEntryStore>().Entries.Count, string.Join(' ', addresses));
    }
}
