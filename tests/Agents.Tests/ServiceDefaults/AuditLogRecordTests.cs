using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AgentMesh.Auth;
using AgentMesh.ServiceDefaults;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace AgentMesh.Agents.Tests.ServiceDefaults;

/// <summary>What a collector gets of a decision is what the journal has of it.</summary>
[Proves("AI8")]
public sealed class AuditLogRecordTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("otel-audit");
    private readonly TestAuthority _authority = new("agentmesh.local");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("deny")]
    public async Task A_log_record_has_every_field_of_the_journals_record_however_quiet_the_terminal_is(string decision)
    {
        var exported = new Exported();
        await using (var app = Build(exported))
        {
            await app.Services.GetRequiredService<IAuditLog>().WriteAsync(Complete with { Decision = decision }, TestContext.Current.CancellationToken);
            app.Services.GetRequiredService<ILogger<AuditLogRecordTests>>().LogInformation("what is not an audit event stays as quiet as it was set");
        }

        var attributes = Assert.Single(exported.Records);
        using var line = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "advisor.jsonl"), TestContext.Current.CancellationToken)));
        var members = line.RootElement.EnumerateObject().Where(member => member.Name is not ("seq" or "prev" or "hash")).ToList();
        Assert.Equal(typeof(AuditEvent).GetProperties().Length, members.Count);
        foreach (var member in members)
            Assert.Equal((member.Name, Text(member.Value)), (member.Name, Text(attributes[char.ToUpperInvariant(member.Name[0]) + member.Name[1..]])));
    }

    private static AuditEvent Complete { get; } = new()
    {
        Kind = "decision",
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        Party = "spiffe://agentmesh.local/agent/advisor",
        Caller = "spiffe://agentmesh.local/operator/local",
        Subject = "spiffe://agentmesh.local/operator/local",
        Actors = ["spiffe://agentmesh.local/agent/a", "spiffe://agentmesh.local/agent/b"],
        Callee = "spiffe://agentmesh.local/agent/advisor",
        Action = "POST /ask",
        Scopes = "portfolio.advise",
        Authentication = "mtls+token",
        Decision = "",
        Reason = "insufficient_scope",
        Cause = "a person's words",
        TransactionId = "txn-1",
        TokenId = "jti-1",
        TraceId = "0af7651916cd43dd8448eb211c80319c",
        SpanId = "b7ad6b7169203331",
        DurationMs = 1.25,
        PolicyVersion = "sha256:abc",
        Posture = "SVID of agentmesh.local",
        Risk = "normal",
        Remediation = "refused",
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray()),
        JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
        _ => DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var time) ? Text(time) : value.GetString(),
    };

    private static string? Text(object? value) => value is DateTimeOffset time ? time.UtcDateTime.ToString("O") : Convert.ToString(value, CultureInfo.InvariantCulture);

    private WebApplication Build(Exported exported)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1";
        builder.Configuration["Logging:LogLevel:Default"] = "Warning";
        builder.Configuration["Mesh:Manifest"] = Path.Combine(Repository.Root, "mesh.json");
        builder.Configuration["Mesh:Name"] = "advisor";
        builder.Configuration["Mesh:AuditDirectory"] = _folder.FullName;
        var identity = _authority.Source(SpiffeId.Parse("spiffe://agentmesh.local/agent/advisor"));
        builder.Services.AddSingleton<IX509SvidSource>(identity);
        builder.Services.AddSingleton<IX509BundleSource>(identity);
        builder.Services.AddMeshAudit(builder.Configuration);
        builder.Services.ConfigureOpenTelemetryLoggerProvider(logging => logging.AddProcessor(exported));
        builder.AddServiceDefaults();
        return builder.Build();
    }

    // Records are used again once they have been handed on: what is in them is copied.
    private sealed class Exported : BaseProcessor<LogRecord>
    {
        public ConcurrentQueue<Dictionary<string, object?>> Records { get; } = [];

        public override void OnEnd(LogRecord data) => Records.Enqueue(data.Attributes!.ToDictionary(attribute => attribute.Key, attribute => attribute.Value));
    }
}
