using System.Text;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.AuthServer.Tests.Audit;

/// <summary>Journals as agents write them.</summary>
internal static class JournalLines
{
    public static AuditEvent Event(string party, int number) => new()
    {
        Kind = "decision",
        Time = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero) + TimeSpan.FromMinutes(number),
        Party = TestMesh.IdOf(party),
        Caller = TestMesh.IdOf("advisor"),
        Callee = TestMesh.IdOf(party),
        Action = $"POST /{number}",
        Decision = number % 3 == 0 ? "deny" : "allow",
        TransactionId = $"txn-{number / 10}",
        TraceId = $"trace-{number / 2}",
    };

    /// <summary>The lines of a journal with events numbered from 1.</summary>
    public static async Task<string[]> WriteAsync(string party, int count)
    {
        var folder = Directory.CreateTempSubdirectory("lines");
        try
        {
            var path = Path.Combine(folder.FullName, party + ".jsonl");
            await using (var journal = new AuditJournal(path, TestMesh.IdOf(party), TimeProvider.System, NullLogger<AuditJournal>.Instance))
            {
                await Task.WhenAll(Enumerable.Range(1, count).Select(number => journal.WriteAsync(Event(party, number), TestContext.Current.CancellationToken).AsTask()));
            }
            return await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static Task<Answer> ShipAsync(this TestClient client, IEnumerable<string> lines, string instance = "one") =>
        client.PostAsync($"audit/journals/{instance}", new StringContent(string.Concat(lines.Select(line => line + "\n")), Encoding.UTF8, "application/x-ndjson"));

    /// <summary>An edited line with the hash that fits it: what somebody writes who rewrites a journal with care.</summary>
    public static string Rehash(string line)
    {
        var content = line[..line.LastIndexOf(",\"hash\"", StringComparison.Ordinal)] + "}";
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        return $"{content[..^1]},\"hash\":\"{hash}\"}}";
    }
}
