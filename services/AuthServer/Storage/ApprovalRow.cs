using AgentMesh.AuthServer.Approval;

namespace AgentMesh.AuthServer.Storage;

/// <summary>One request for a person's approval, from asking to the one token that comes of it.</summary>
internal sealed class ApprovalRow
{
    /// <summary>What approvers call it. Unlike <c>auth_req_id</c> it is no secret.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of <c>auth_req_id</c>: whoever reads the database cannot redeem anything.</summary>
    public required byte[] RequestHash { get; init; }

    public required string Client { get; init; }
    public required string Callee { get; init; }
    public required string Scope { get; init; }
    public required string Subject { get; init; }

    /// <summary>Newest first, space-delimited (SPIFFE IDs have no spaces).</summary>
    public required string Actors { get; init; }

    public required string TransactionId { get; init; }

    /// <summary><c>jti</c> of the token that the client was called with; null when it asks on its own behalf.</summary>
    public string? ParentId { get; init; }

    /// <summary><c>jti</c> of the tokens that it came from, nearest first, space-delimited.</summary>
    public string ParentAncestors { get; init; } = "";

    /// <summary>When that token ends: the approved one never outlives it.</summary>
    public DateTimeOffset? ParentExpiresAt { get; init; }

    public string? BindingMessage { get; init; }

    /// <summary>RFC 9396, JSON.</summary>
    public required string AuthorizationDetails { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public ApprovalStatus Status { get; set; }
    public string? DecidedBy { get; set; }
    public DateTimeOffset? LastPolledAt { get; set; }

    /// <summary>Seconds that the client must let pass between polls; grows when it does not.</summary>
    public int Interval { get; set; }
}
