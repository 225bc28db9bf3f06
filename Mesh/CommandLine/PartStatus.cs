using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Processes;

namespace AgentMesh.Cli.CommandLine;

/// <summary>One part of a running mesh, as it is now.</summary>
/// <param name="Health"><c>healthy</c>, or what is wrong.</param>
/// <param name="HeldBytes">Memory that it holds, 0 when the process is gone.</param>
/// <param name="Allowed">Decisions in its journal that let something pass.</param>
/// <param name="Denied">Decisions in its journal that refused something.</param>
/// <param name="LastMinute">Decisions of the last minute.</param>
/// <param name="Issued">Tokens, or at the Workload API SVIDs, that it issued.</param>
internal sealed record PartStatus(string Name, int ProcessId, string Health, long HeldBytes, int Allowed, int Denied, int LastMinute, int Issued)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Seconds of life that its SVID has left; null: it serves with none, or was not asked.</summary>
    public int? SvidSeconds { get; init; }

    /// <summary>Whether an operator has revoked it.</summary>
    public bool Disabled { get; init; }

    /// <summary>Records of its journal that the ledger holds; null: the ledger was not asked, or does not know it.</summary>
    public long? Shipped { get; init; }

    /// <summary>Records of its journal that the ledger does not hold yet.</summary>
    public long? Behind { get; init; }

    public static async Task<IReadOnlyList<PartStatus>> ReadAllAsync(RunInfo run, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout };
        var journal = new HopJournal(Path.Combine(run.Directory, RunDirectory.AuditFolder));
        var aMinuteAgo = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1);
        return await Task.WhenAll(run.Children.Select(async child =>
        {
            var decisions = journal.ReadParty(child.Key);
            return new PartStatus(
                child.Key,
                child.Value.ProcessId,
                await HealthAsync(http, child.Value.Health, cancellationToken),
                ProcessMemory.HeldBytes(child.Value.ProcessId),
                decisions.Count(e => e.Decision == "allow"),
                decisions.Count(e => e.Decision == "deny"),
                decisions.Count(e => e.Time >= aMinuteAgo),
                decisions.Count(e => e is { Kind: "issuance", Decision: "allow" }));
        }));
    }

    private static async Task<string> HealthAsync(HttpClient http, Uri health, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(health, cancellationToken);
            return response.IsSuccessStatusCode ? "healthy" : $"{(int)response.StatusCode} {response.ReasonPhrase}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer";
        }
    }
}
