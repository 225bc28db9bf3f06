namespace AgentMesh.AuthServer.Audit.Storage;

/// <summary>One chain of records: of one party, written by one of its processes at a time.</summary>
internal sealed class AuditJournalRow
{
    public int Id { get; init; }

    /// <summary>SPIFFE ID of who writes it, as its connection proved it.</summary>
    public required string Party { get; init; }

    /// <summary>Tells journals of the same party apart.</summary>
    public required string Instance { get; init; }

    public DateTimeOffset BegunAt { get; init; }
}
