namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>One record as its journal holds it, with the members that are searched for in columns of their own.</summary>
internal sealed class AuditRecordRow
{
    /// <summary>Grows by one with each record, whoever shipped it: what readers continue from.</summary>
    public long Position { get; init; }

    public int JournalId { get; init; }

    /// <summary>Place in its journal's chain, from 1.</summary>
    public long Seq { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it was decided, by the clock of who decided.</summary>
    public DateTimeOffset Time { get; init; }

    public required string Kind { get; init; }
    public required string Decision { get; init; }
    public required string Party { get; init; }
    public string? Caller { get; init; }
    public string? Callee { get; init; }
    public string? Subject { get; init; }
    public string? TransactionId { get; init; }
    public string? TraceId { get; init; }

    /// <summary>The line, byte for byte: its hash can be computed again.</summary>
    public required string Line { get; init; }
}
