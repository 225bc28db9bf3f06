using AgentMesh.Auth;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace AgentMesh.WorkloadApi.Telemetry;

internal static class TelemetryExport
{
    /// <summary>Sends spans, measurements and log records to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and loads nothing when it is not set.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        // What is quiet on a terminal is complete where it is collected: allow is logged at Information.
        builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(MeshAuditExtensions.LogCategory, LogLevel.Information);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(builder.Configuration["OTEL_SERVICE_NAME"] ?? "workload-api"))
            .WithTracing(tracing => tracing.AddSource(WorkloadApiTelemetry.Name))
            .WithMetrics(metrics => metrics.AddMeter(WorkloadApiTelemetry.Name))
            .UseOtlpExporter();
    }
}
