namespace AgentMesh.Auth;

/// <summary>Where a process's journal is kept a second time, out of that process's reach: the authorization server's ledger.</summary>
public interface IAuditLedger
{
    /// <summary>Hands over records that follow each other. Records that the ledger holds already change nothing.</summary>
    /// <param name="records">Whole lines of the journal, each with its line feed.</param>
    /// <param name="cancellationToken">Ends the attempt; the records may have been taken nevertheless.</param>
    /// <returns>How far the ledger holds this journal now, or why it took nothing.</returns>
    Task<LedgerAnswer> AppendAsync(ReadOnlyMemory<byte> records, CancellationToken cancellationToken = default);
}

/// <summary>What the ledger says about a batch.</summary>
/// <param name="Outcome">Whether it took the batch.</param>
/// <param name="Seq">The newest record that it holds of this journal; 0: none.</param>
/// <param name="Hash">That record's hash.</param>
/// <param name="Reason">Stable code of a refusal (<see cref="LedgerRefusal"/>), or in words why the ledger cannot be reached.</param>
public sealed record LedgerAnswer(LedgerOutcome Outcome, long Seq = 0, string? Hash = null, string? Reason = null);

/// <summary>What became of a batch.</summary>
public enum LedgerOutcome
{
    /// <summary>The ledger holds all of it, durably.</summary>
    Accepted,

    /// <summary>It does not fit what the ledger holds; the ledger took none of it and recorded the attempt.</summary>
    Refused,

    /// <summary>The ledger could not be asked; try again.</summary>
    Unavailable,
}

/// <summary>Why a ledger refuses a batch.</summary>
public static class LedgerRefusal
{
    /// <summary>The batch begins later than the ledger ends.</summary>
    public const string Gap = "journal_gap";

    /// <summary>The ledger holds another record at this place, or another predecessor: the journal was rewritten.</summary>
    public const string Fork = "journal_fork";

    /// <summary>A record's content does not match its hash, or is no event.</summary>
    public const string Edited = "record_edited";

    /// <summary>A record says that another party decided it.</summary>
    public const string Foreign = "record_of_another";

    /// <summary>The batch is larger than the ledger takes at once.</summary>
    public const string TooLarge = "batch_too_large";

    /// <summary>The party has begun more journals in a day than the ledger takes from one.</summary>
    public const string TooManyJournals = "journals_exceeded";

    /// <summary>The party has shipped more bytes in a day than the ledger takes from one; the rest is taken later.</summary>
    public const string TooMuch = "bytes_exceeded";
}
