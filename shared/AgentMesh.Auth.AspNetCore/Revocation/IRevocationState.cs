namespace AgentMesh.Auth.AspNetCore;

/// <summary>What has been revoked, as far as this party knows. Asked on every request; answers from memory.</summary>
public interface IRevocationState
{
    /// <summary>Check 5: whether anything about a request has been revoked.</summary>
    /// <param name="subject">What the request stands on.</param>
    /// <returns>A code of <see cref="DecisionReason"/>, or null when nothing speaks against it.</returns>
    string? Check(in RevocationSubject subject);
}

/// <summary>What a request stands on: any part of it can be revoked.</summary>
/// <param name="Caller">SPIFFE ID of the peer.</param>
/// <param name="Subject">The <c>sub</c> claim.</param>
/// <param name="Actors">The actor chain, newest first.</param>
/// <param name="TokenId">The <c>jti</c> claim; null on an mTLS edge.</param>
/// <param name="Ancestors">The <c>jti</c> of each token that this one was exchanged from, nearest first; empty on an mTLS edge.</param>
/// <param name="TransactionId">The <c>txn</c> claim; null on an mTLS edge.</param>
/// <param name="IssuedAt">When the token was issued; on an mTLS edge when the peer's SVID begins.</param>
public readonly record struct RevocationSubject(
    string Caller, string Subject, IReadOnlyList<string> Actors, string? TokenId, IReadOnlyList<string> Ancestors, string? TransactionId, DateTimeOffset IssuedAt);
