using System.Globalization;
using System.Text.Json;

namespace AgentMesh.Cli.Checks;

/// <summary>SVIDs are renewed at half of their life, without anybody doing anything.</summary>
internal sealed class Rotation : ICheck
{
    private const string Name = "identities rotate by themselves";

    string ICheck.Name => Name;

    public async Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        List<string> evidence = [], faults = [];
        foreach (var (name, peer, _, failure) in context.Served)
        {
            if (peer is null)
            {
                faults.Add($"{name}: {failure}");
                continue;
            }
            // A connection may still serve with the one before for a moment after half-life.
            var life = peer.NotAfter - peer.NotBefore;
            var age = now - peer.NotBefore;
            (age <= (life * 0.5) + TimeSpan.FromMinutes(2) ? evidence : faults).Add(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {age:hh\\:mm\\:ss} old, to be renewed by {(peer.NotBefore + (life * 0.5)).UtcDateTime:HH:mm:ss} UTC, ends {peer.NotAfter.UtcDateTime:HH:mm:ss}"));
        }
        var renewals = await RenewalsAsync(context, cancellationToken);
        evidence.Add(renewals.Count > 0 ? $"renewed already: {string.Join(", ", renewals)}" : "no renewal was due yet");
        return faults.Count == 0
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "The Workload API does not renew these in time: see its log and `mesh status`, and restart what lost its stream.", [.. faults, .. evidence]);
    }

    /// <summary>Parties that the embedded Workload API gave a later SVID than their first to, as the ledger has it. Each stream's first counts as none.</summary>
    private static async Task<IReadOnlyList<string>> RenewalsAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var page = await context.Connection.GetAsync("audit/records?agent=workload-api&kind=issuance&limit=500", cancellationToken);
        var half = context.Mesh.Manifest.Lifetimes.X509Svid * 0.4;
        return [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("record"))
            .Where(record => Text(record, "action") == "x509-svid" && Text(record, "decision") == "allow")
            .GroupBy(record => Text(record, "caller"))
            .Where(svids => svids.Max(Time) - svids.Min(Time) > half)
            .Select(svids => svids.Key!.Split('/')[^1])];
    }

    private static string? Text(JsonElement record, string member) => record.TryGetProperty(member, out var value) ? value.GetString() : null;

    private static DateTimeOffset Time(JsonElement record) => record.GetProperty("time").GetDateTimeOffset();
}
