using System.Diagnostics;
using AgentMesh.Auth;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.Benchmarks.Auth;

/// <summary>How many records a second the audit journal makes durable, for several numbers of concurrent writers.</summary>
internal static class JournalFigures
{
    public static async Task<int> Print(string[] arguments)
    {
        var folder = arguments is [var given, ..] ? Directory.CreateDirectory(Path.Combine(given, Guid.NewGuid().ToString("N"))) : Directory.CreateTempSubdirectory("journal");
        try
        {
            foreach (var writers in (int[])[1, 16, 256, 1024])
                await MeasureAsync(Path.Combine(folder.FullName, $"{writers}.jsonl"), writers);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static async Task MeasureAsync(string path, int writers)
    {
        var total = Math.Max(2_000, writers * 100);
        TimeSpan elapsed;
        await using (var journal = new AuditJournal(path, "spiffe://agentmesh.local/agent/advisor", TimeProvider.System, NullLogger<AuditJournal>.Instance))
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < total / writers; i++)
                    await journal.WriteAsync(Event());
            })));
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        var verification = AuditJournal.Verify(path);
        Console.WriteLine($"{writers,5} writers: {verification.Records / elapsed.TotalSeconds,9:n0} durable records/s, {elapsed.TotalMicroseconds * writers / verification.Records,8:0} µs each; chain {(verification.IsIntact ? "intact" : "BROKEN")}");
    }

    private static AuditEvent Event() => new()
    {
        Kind = "decision",
        Time = TimeProvider.System.GetUtcNow(),
        Party = "spiffe://agentmesh.local/agent/risk-analyst",
        Caller = "spiffe://agentmesh.local/agent/advisor",
        Subject = "spiffe://agentmesh.local/operator/local",
        Actors = ["spiffe://agentmesh.local/agent/advisor"],
        Callee = "spiffe://agentmesh.local/agent/risk-analyst",
        Action = "POST /score",
        Scopes = "risk.score",
        Authentication = "mtls+token",
        Decision = "allow",
        TransactionId = "0123456789abcdef0123456789abcdef",
        TokenId = "0123456789abcdef0123456789abcdef",
        TraceId = "0123456789abcdef0123456789abcdef",
        SpanId = "0123456789abcdef",
        DurationMs = 0.012,
        PolicyVersion = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    };
}
