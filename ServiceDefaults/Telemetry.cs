using AgentMesh.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AgentMesh.ServiceDefaults;

/// <summary>
/// Traces, metrics and logs, sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. Without it nothing is collected, and a process
/// starts sooner; trace context crosses every hop all the same, because ASP.NET Core and HttpClient carry it themselves.
/// </summary>
internal static class Telemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Prompts and tool arguments stay out of all of them: neither Semantic Kernel's switch for sensitive events
    // nor EnableSensitiveData of Microsoft.Extensions.AI is set anywhere.
    private static readonly string[] Sources =
    [
        "AgentMesh.*",
        "Microsoft.SemanticKernel*",
        "Experimental.Microsoft.Extensions.AI",
    ];

    public static void Configure(IHostApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointKey]))
            return;
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        // What is quiet on a terminal is complete where it is collected: allow is logged at Information.
        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(MeshAuditExtensions.LogCategory, LogLevel.Information);
        builder.Services.AddOpenTelemetry()
            .UseOtlpExporter()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(Sources))
            .WithTracing(tracing => tracing
                .AddSource([builder.Environment.ApplicationName, .. Sources])
                .AddAspNetCoreInstrumentation(o => o.Filter = context => !IsHealth(context.Request.Path.Value))
                .AddHttpClientInstrumentation());
    }

    private static bool IsHealth(string? path) => path is ServiceDefaultsExtensions.HealthPath or ServiceDefaultsExtensions.AlivePath;
}
