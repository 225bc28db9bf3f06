namespace AgentMesh.Auth;

/// <summary>What checking a journal found.</summary>
/// <param name="Records">How many records fit, from the first on: the number of the last that does. Those count that were removed because the ledger has them.</param>
/// <param name="Head">Hash of the last record that fits.</param>
/// <param name="Fault">The first record that does not fit; null when all do.</param>
public sealed record JournalVerification(long Records, string Head, JournalFault? Fault)
{
    /// <summary>The number of the oldest record that is still here: 1, unless segments were removed that the ledger has.</summary>
    public long First { get; init; } = 1;

    /// <summary>Whether the whole journal is as it was written.</summary>
    public bool IsIntact => Fault is null;
}

/// <summary>The first record that does not fit.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Seq">The sequence number that belongs there.</param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record JournalFault(long Line, long Seq, string Reason)
{
    /// <summary>The name of the file that the record is in, which is a segment's or the journal's own; null: none in particular.</summary>
    public string? File { get; init; }
}
