namespace AgentMesh.Auth;

/// <summary>What checking a journal found.</summary>
/// <param name="Records">Records that fit, from the first on.</param>
/// <param name="Head">Hash of the last record that fits.</param>
/// <param name="Fault">The first record that does not fit; null when all do.</param>
public sealed record JournalVerification(long Records, string Head, JournalFault? Fault)
{
    /// <summary>Whether the whole journal is as it was written.</summary>
    public bool IsIntact => Fault is null;
}

/// <summary>The first record that does not fit.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Seq">The sequence number that belongs there.</param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record JournalFault(long Line, long Seq, string Reason);
