using System.Text;
using AgentMesh.Auth;
using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The whole running mesh, as it is now.</summary>
/// <param name="Pending">Requests that wait for a person; null: the operator may not approve, or the server did not say.</param>
/// <param name="Unknown">What could not be found out, and why.</param>
internal sealed record MeshStatus(IReadOnlyList<PartStatus> Parts, int? Pending, IReadOnlyList<string> Unknown)
{
    public static async Task<MeshStatus> ReadAsync(RunInfo run, RunningMesh mesh, CancellationToken cancellationToken)
    {
        var parts = await PartStatus.ReadAllAsync(run, cancellationToken);
        List<string> unknown = [];
        try
        {
            await using var connection = await OperatorConnection.OpenAsync(mesh, cancellationToken);
            parts = await WithSvidsAsync(parts, mesh, connection, cancellationToken);
            parts = await TryAsync(parts, unknown, () => WithStateAsync(parts, mesh, connection, cancellationToken));
            parts = await TryAsync(parts, unknown, () => WithLedgerAsync(parts, mesh, connection, cancellationToken));
            var pending = await TryAsync<int?>(null, unknown, async () => (await WaitingApproval.ListAsync(connection, TimeSpan.Zero, cancellationToken)).Count);
            return new MeshStatus(parts, pending, unknown);
        }
        catch (MeshException e)
        {
            // The parts are worth seeing all the more.
            return new MeshStatus(parts, null, [e.Message]);
        }
    }

    private static async Task<T> TryAsync<T>(T otherwise, List<string> unknown, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (MeshException e)
        {
            unknown.Add(e.Message);
            return otherwise;
        }
    }

    private static async Task<IReadOnlyList<PartStatus>> WithSvidsAsync(IReadOnlyList<PartStatus> parts, RunningMesh mesh, OperatorConnection connection, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var served = (await ServedSvid.ReadAllAsync(mesh, connection.Source, cancellationToken)).Where(svid => svid.Peer is not null).ToDictionary(svid => svid.Name, svid => svid.Peer!.NotAfter);
        return [.. parts.Select(part => served.TryGetValue(part.Name, out var until) ? part with { SvidSeconds = (int)(until - now).TotalSeconds } : part)];
    }

    private static async Task<IReadOnlyList<PartStatus>> WithStateAsync(IReadOnlyList<PartStatus> parts, RunningMesh mesh, OperatorConnection connection, CancellationToken cancellationToken)
    {
        var answer = await connection.GetAsync("parties", cancellationToken);
        var disabled = answer.GetProperty("items").EnumerateArray().Where(party => party.GetProperty("disabled").GetBoolean()).Select(party => party.GetProperty("name").GetString()).ToHashSet();
        return [.. parts.Select(part => part with { Disabled = disabled.Contains(part.Name) })];
    }

    private static async Task<IReadOnlyList<PartStatus>> WithLedgerAsync(IReadOnlyList<PartStatus> parts, RunningMesh mesh, OperatorConnection connection, CancellationToken cancellationToken)
    {
        var heads = await new LiveLedger(connection).HeadsAsync(cancellationToken);
        return [.. parts.Select(part =>
        {
            if (!mesh.Manifest.TryGetParty(part.Name, out var party) || heads.Where(head => head.Party == party.SpiffeId).ToList() is not [_, ..] held)
                return part;
            var shipped = held.Max(head => head.Seq);
            var path = Path.Combine(mesh.AuditDirectory, part.Name + ".jsonl");
            return part with { Shipped = shipped, Behind = NewestSeq(path) is { } newest ? Math.Max(0, newest - shipped) : null };
        })];
    }

    // From the newest file that has a record: full ones before it, which may be large, need no reading.
    private static long? NewestSeq(string journal) => AuditJournal.FilesOf(journal).Reverse()
        .Select(static file => File.ReadLines(file).LastOrDefault(static line => line.EndsWith('}')))
        .OfType<string>()
        .Select(static line => AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record) ? record.Seq : (long?)null)
        .FirstOrDefault();
}
