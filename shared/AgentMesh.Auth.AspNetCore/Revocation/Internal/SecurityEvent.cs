namespace AgentMesh.Auth.AspNetCore;

/// <summary>What a security event token says (RFC 8417 §2.2).</summary>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Subject">A token's <c>jti</c>, a task's <c>txn</c> or a party's SPIFFE ID.</param>
/// <param name="OccurredAt">When.</param>
/// <param name="Until">After which nothing that it concerns is valid any more.</param>
internal sealed record SecurityEvent(string Id, SecurityEventKind Kind, string Subject, DateTimeOffset OccurredAt, DateTimeOffset Until);

internal enum SecurityEventKind
{
    TokenRevoked,
    TransactionRevoked,
    PartyRevoked,
    PartyRestored,
}
