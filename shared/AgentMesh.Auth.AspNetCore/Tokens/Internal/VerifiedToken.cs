namespace AgentMesh.Auth.AspNetCore;

/// <summary>An access token whose signature, type, issuer and audience are in order. Time, binding and revocation are checked at each use.</summary>
internal sealed class VerifiedToken
{
    /// <summary>The hash of exactly its bytes.</summary>
    public required TokenHash Hash { get; init; }

    /// <summary>The token itself, to call others on its subject's behalf; null when the authorization server would not take it.</summary>
    public required SubjectToken? ForExchange { get; init; }

    /// <summary>The key that verified it; a token does not outlive its key.</summary>
    public required IssuerKey Key { get; init; }

    /// <summary>The issuer's keys, of which <see cref="Key"/> must still be one.</summary>
    public required IssuerKeys Keys { get; init; }

    public required string Subject { get; init; }

    public required string ClientId { get; init; }

    /// <summary><c>act</c>, newest first; empty when the subject acts itself.</summary>
    public required IReadOnlyList<string> Actors { get; init; }

    public required ScopeSet Scopes { get; init; }

    public required string TokenId { get; init; }

    public required string? TransactionId { get; init; }

    /// <summary><c>jti</c> of the tokens that it was exchanged from, nearest first.</summary>
    public required IReadOnlyList<string> Ancestors { get; init; }

    /// <summary>Whether its issuer binds tokens. If so, one that is bound to nothing is refused (RFC 8705 §3, RFC 9449 §6).</summary>
    public required bool IsBound { get; init; }

    /// <summary><c>cnf.x5t#S256</c> decoded; null when the token is bound to no certificate.</summary>
    public required byte[]? Thumbprint { get; init; }

    /// <summary><c>cnf.jkt</c>; null when the token is bound to no key.</summary>
    public string? ProofKey { get; init; }

    /// <summary>The key of that thumbprint, once a proof has shown it: the next need not make it anew.</summary>
    public ProofPublicKey? ProvenWith { get; set; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>authorization_details</c> (RFC 9396 §9.1).</summary>
    public required ApprovedActions Approved { get; init; }

    /// <summary>Who acts now: the newest actor, or the subject itself (RFC 8693 §4.1).</summary>
    public string CurrentActor => Actors.Count > 0 ? Actors[0] : Subject;
}
