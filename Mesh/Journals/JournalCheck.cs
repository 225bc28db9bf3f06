using AgentMesh.Auth;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Journals;

/// <summary>What checking one journal found.</summary>
/// <param name="Journal">The file, or what the ledger calls it when there is no file.</param>
/// <param name="Records">Records that fit.</param>
/// <param name="Shipped">Records that the ledger holds; null: it was not asked, or does not know the journal.</param>
/// <param name="Fault">The first record that does not fit; null when all do.</param>
internal sealed record JournalCheck(string Journal, string? Party, long Records, long? Shipped, JournalFault? Fault)
{
    /// <summary>Records that were written and are not in the ledger yet.</summary>
    public long Behind => Shipped is { } shipped ? Math.Max(0, Records - shipped) : 0;

    /// <summary>The ledger's copy that it was compared with; null: there is none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public LedgerHead? Held { get; init; }

    /// <summary>Checks a journal by itself, and against the ledger.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="heads">What the ledger holds; null: it is not asked.</param>
    /// <param name="ledger">For comparing single records; null when <paramref name="heads"/> is.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public static async Task<JournalCheck> RunAsync(LocalJournal journal, IReadOnlyList<LedgerHead>? heads, ILedger? ledger, CancellationToken cancellationToken)
    {
        var fault = journal.Verification.Fault;
        if (heads is null || ledger is null || (journal.Party is null && fault is null))
            return Result(null, fault);
        var ofParty = heads.Where(head => head.Party == journal.Party).ToList();
        if (ofParty.Count == 0)
            return Result(fault is null ? 0 : null, fault);
        if (await FindAsync(ofParty, journal, ledger, cancellationToken) is not { } head)
        {
            var held = ofParty[0];
            return Result(null, new JournalFault(1, journal.Verification.First, $"the ledger holds {held.Seq} records of {held.Party} that begin with another one: the journal was rewritten from its start, with its head"));
        }
        var differs = await FirstDifferenceAsync(journal, head, ledger, cancellationToken);
        return Result(head.Seq, Earlier(fault, differs)) with { Held = head };

        JournalCheck Result(long? shipped, JournalFault? found) => new(journal.Path, journal.Party, found is null ? journal.Verification.Records : found.Seq - 1, shipped, found);
    }

    // By the oldest record that is here, which is not the journal's first when segments were removed that the ledger has. A journal that was shipped under
    // two names, as after a change of the machine's, is held twice: the longer copy tells.
    private static async Task<LedgerHead?> FindAsync(List<LedgerHead> heads, LocalJournal journal, ILedger ledger, CancellationToken cancellationToken)
    {
        if (journal.Hashes is not [var oldest, ..])
            return null;
        var first = journal.Verification.First;
        foreach (var head in heads.Where(head => head.Seq >= first).OrderByDescending(head => head.Seq))
        {
            if ((first == 1 ? head.FirstHash : await ledger.HashAsync(head, first, cancellationToken)) == oldest)
                return head;
        }
        return null;
    }

    // A chain that agrees at a record agrees at all before it, so the first that differs is found by halving.
    private static async Task<JournalFault?> FirstDifferenceAsync(LocalJournal journal, LedgerHead head, ILedger ledger, CancellationToken cancellationToken)
    {
        var common = Math.Min(head.Seq, journal.Last);
        var (agrees, differs) = (journal.Verification.First, common + 1);
        if (common == head.Seq && journal.HashOf(head.Seq) == head.Hash)
            return null;
        while (differs - agrees > 1)
        {
            var middle = (agrees + differs) / 2;
            if (await ledger.HashAsync(head, middle, cancellationToken) == journal.HashOf(middle))
                agrees = middle;
            else
                differs = middle;
        }
        return differs > common
            ? new JournalFault(differs, differs, $"the journal ends here, but the ledger holds records up to {head.Seq}: they were removed, with the head")
            : new JournalFault(differs, differs, "it is not the record that the ledger holds at this place: the journal was rewritten, with its head");
    }

    private static JournalFault? Earlier(JournalFault? one, JournalFault? other) =>
        one is null ? other : other is null || one.Seq <= other.Seq ? one : other;
}
