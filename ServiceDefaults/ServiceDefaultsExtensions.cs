using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentMesh.ServiceDefaults;

/// <summary>What Aspire's service defaults do, for every process of the mesh.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>The path that answers 200 when every health check passes.</summary>
    public const string HealthPath = "/health";

    /// <summary>The path that answers 200 as long as the process serves requests at all.</summary>
    public const string AlivePath = "/alive";

    private const string Live = "live";

    /// <summary>OpenTelemetry, health checks, service discovery, and resilience that never sends an unsafe request twice.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        // First, so that it also covers the start of everything that is added later.
        builder.AddExitWithParent();
        builder.ConfigureOpenTelemetry();
        builder.AddDefaultHealthChecks();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler(Resilience.Configure);
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>Traces, metrics and logs, sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. Requests for health leave no span.</summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        Telemetry.Configure(builder);
        return builder;
    }

    /// <summary>A check that passes as long as the process serves requests, for <see cref="AlivePath"/>.</summary>
    public static TBuilder AddDefaultHealthChecks<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Whoever asks is told what is not well, as often as it asks; the part that is not well has logged it once.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);
        return builder;
    }

    /// <summary>Maps <see cref="HealthPath"/> and <see cref="AlivePath"/> for anybody who reaches the port.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks(HealthPath).AllowAnonymous();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) }).AllowAnonymous();
        return app;
    }
}
