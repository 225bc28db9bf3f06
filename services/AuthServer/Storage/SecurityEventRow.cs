using AgentMesh.AuthServer.Revocation;

namespace AgentMesh.AuthServer.Storage;

/// <summary>One entry of the append-only log that revocation state is folded from and events are sent from.</summary>
internal sealed class SecurityEventRow
{
    public long Position { get; init; }

    /// <summary><c>jti</c> of the security event token.</summary>
    public required string Id { get; init; }

    public SecurityEventKind Kind { get; init; }

    /// <summary>A token's jti, a transaction's txn or a party's SPIFFE ID.</summary>
    public required string Subject { get; init; }

    /// <summary>Grows with <see cref="Position"/>.</summary>
    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>After this nothing is left to revoke; null: until undone.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>SPIFFE ID of who asked for it.</summary>
    public required string InitiatedBy { get; init; }

    public string? Reason { get; init; }
}
