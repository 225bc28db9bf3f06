namespace AgentMesh.Auth;

/// <summary>
/// One decision: who asked whom for what on whose behalf, and what came of it. The same content goes to the audit journal, to the log
/// and into the table of hops (AIMS §audit). Holds no token.
/// </summary>
public sealed record AuditEvent
{
    /// <summary>
    /// <c>decision</c>, <c>call</c> (one that its caller sent or did not send), <c>issuance</c>, <c>approval</c>, <c>revocation</c>, <c>connection</c> (one that was refused in the handshake),
    /// <c>rotation</c> (of what signs), <c>audit</c> (reading the ledger) or <c>journal</c> (journals about themselves).
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>SPIFFE ID of who decided.</summary>
    public required string Party { get; init; }

    /// <summary>SPIFFE ID of the peer on the connection; null when it proved none.</summary>
    public string? Caller { get; init; }

    /// <summary>Who or what began the task (<c>sub</c>).</summary>
    public string? Subject { get; init; }

    /// <summary>The actor chain, newest first (RFC 8693 §4.1).</summary>
    public IReadOnlyList<string>? Actors { get; init; }

    /// <summary>SPIFFE ID of who was asked.</summary>
    public string? Callee { get; init; }

    /// <summary>What was asked for: <c>POST /score</c>, <c>tool get_risk</c>, <c>token-exchange</c>.</summary>
    public string? Action { get; init; }

    /// <summary>The scopes presented, space-delimited.</summary>
    public string? Scopes { get; init; }

    /// <summary>How the caller proved itself: <c>mtls</c>, <c>mtls+token</c>, <c>mtls+dpop</c>, <c>mtls+entra</c>, <c>jwt-svid+dpop</c>, <c>jwt-svid</c> or <c>none</c>.</summary>
    public string? Authentication { get; init; }

    /// <summary><c>allow</c> or <c>deny</c>; <c>repaired</c> or <c>removed</c> for a journal's record about itself.</summary>
    public required string Decision { get; init; }

    /// <summary>Stable code of the reason, such as <c>insufficient_scope</c> or <c>cnf_mismatch</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was asked for, in the words of who asked: what an operator gave as the reason for a revocation. At most 256 characters.</summary>
    public string? Cause { get; init; }

    /// <summary>The task (<c>txn</c>).</summary>
    public string? TransactionId { get; init; }

    /// <summary>The token's <c>jti</c>.</summary>
    public string? TokenId { get; init; }

    /// <summary>W3C trace id of the request.</summary>
    public string? TraceId { get; init; }

    /// <summary>W3C span id of the decision.</summary>
    public string? SpanId { get; init; }

    /// <summary>How long it took to decide, in milliseconds.</summary>
    public double? DurationMs { get; init; }

    /// <summary>Version of the manifest that was in force (<c>sha256:…</c>).</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>What was established about the caller's workload: the program that was attested, or until when its SVID is valid.</summary>
    public string? Posture { get; init; }

    /// <summary><c>high</c> when a scope that needs a person's approval by the manifest is involved, <c>normal</c> when none is; null: no scope is.</summary>
    public string? Risk { get; init; }

    /// <summary>
    /// What was done about it: <c>refused</c> (answered, and nothing else done), <c>request_ended</c> (let in, and broken off while it was served), <c>connection_closed</c>, <c>not_sent</c>, <c>answer_discarded</c>, <c>no_token_issued</c>,
    /// <c>function_not_run</c>, <c>order_not_placed</c>, <c>svids_withdrawn</c>, <c>tokens_refused</c>. Every <c>deny</c> says one.
    /// </summary>
    public string? Remediation { get; init; }
}
