using AgentMesh.Auth;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Journals;

/// <summary>Checks all journals of a folder, or those that are named.</summary>
internal static class JournalChecks
{
    /// <summary>Checks files, and, for a run's own folder, that none is missing that the ledger knows.</summary>
    public static async Task<IReadOnlyList<JournalCheck>> RunAsync(IReadOnlyList<string> paths, bool complete, ILedger? ledger, CancellationToken cancellationToken)
    {
        // The ledger first: a journal that grows meanwhile is ahead of it, never behind.
        var heads = ledger is null ? null : await ledger.HeadsAsync(cancellationToken);
        List<JournalCheck> checks = [];
        HashSet<LedgerHead> seen = [];
        foreach (var path in paths)
        {
            var journal = await LocalJournal.ReadAsync(path, cancellationToken);
            var check = await JournalCheck.RunAsync(journal, heads, ledger, cancellationToken);
            checks.Add(check);
            // The same journal under another name is not another journal; one that begins with another record is.
            seen.UnionWith(heads?.Where(head => head.Party == journal.Party && (check.Held is null || head.FirstHash == check.Held.FirstHash)) ?? []);
        }
        foreach (var head in complete ? heads?.Except(seen) ?? [] : [])
        {
            checks.Add(new JournalCheck($"{head.Party} ({head.Instance})", head.Party, 0, head.Seq,
                new JournalFault(1, 1, $"there is no such journal here, but the ledger holds {head.Seq} records of it: it was removed")));
        }
        return checks;
    }

    /// <summary>The journals in a folder.</summary>
    public static IReadOnlyList<string> In(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*.jsonl").Order(StringComparer.Ordinal)]
        : [];
}
