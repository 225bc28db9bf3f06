using AgentMesh.Testing;
using static AgentMesh.Mesh.Tests.SecretScan;

namespace AgentMesh.Mesh.Tests;

/// <summary>What a run exports to a collector tells who decided what, and holds no token, assertion or key.</summary>
[Threat("T35")]
public sealed class TelemetrySecretsTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Nothing_that_is_exported_holds_a_secret()
    {
        await using var collector = new TelemetryCollector();
        await using var run = MeshRun.Start(
            _sandbox,
            Repository.Root,
            ["up", "--once"],
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "500"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "500"));
        Assert.True(await run.ExitAsync() == 0, run.All);

        var (traces, logs) = (collector.Received("/v1/traces"), collector.Received("/v1/logs"));
        // The scan is worth something only if there was something to scan: spans of every hop, and each decision as a log record.
        foreach (var party in (string[])["advisor", "risk-analyst", "trader", "market-data", "auth-server"])
            Assert.Contains(party, traces, StringComparison.Ordinal);
        Assert.Contains("agentmesh.caller", traces, StringComparison.Ordinal);
        Assert.Contains("spiffe://agentmesh.local/agent/advisor", logs, StringComparison.Ordinal);
        Assert.Empty(Secrets(traces));
        Assert.Empty(Secrets(logs));
        Assert.Empty(Secrets(collector.Received("/v1/metrics")));
    }
}
