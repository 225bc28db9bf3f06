using System.Diagnostics;

namespace AgentMesh.Auth;

/// <summary>
/// The request being served, on whose behalf outbound calls are made (RFC 8693 §1.1, delegation). The inbound half sets it for the
/// request's duration and ends it with the request: work that outlives the request calls on nobody's behalf.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class DelegationContext
{
    private static readonly AsyncLocal<Slot?> Ambient = new();
    private readonly ScopeSet _scopes;

    internal DelegationContext(string caller, string subject, IReadOnlyList<string> actorChain, ScopeSet scopes, string? transactionId, SubjectToken? token)
    {
        (Caller, Subject, ActorChain, _scopes, TransactionId, Token) = (caller, subject, actorChain, scopes, transactionId, token);
    }

    /// <summary>The request being served; null when there is none.</summary>
    public static DelegationContext? Current => Ambient.Value?.Context;

    /// <summary>SPIFFE ID of the peer on the connection.</summary>
    public string Caller { get; }

    /// <summary>The <c>sub</c> claim: who or what began the task. The caller itself on an mTLS edge.</summary>
    public string Subject { get; }

    /// <summary>The <c>act</c> chain, newest first (RFC 8693 §4.1); empty when the subject calls itself.</summary>
    public IReadOnlyList<string> ActorChain { get; }

    /// <summary>The scopes granted to the caller for this request, space-delimited.</summary>
    public string Scopes => _scopes.ToString();

    /// <summary>The <c>txn</c> claim that names the task on every hop; null on an mTLS edge.</summary>
    public string? TransactionId { get; }

    /// <summary>The <c>jti</c> of the request's token, by which an approval can be used once and no more; null on an mTLS edge.</summary>
    public string? TokenId { get; internal init; }

    /// <summary>How the caller proved itself, as the audit has it: <c>mtls</c>, <c>mtls+token</c>, <c>mtls+dpop</c> or <c>mtls+entra</c>.</summary>
    public string Authentication { get; internal init; } = "mtls";

    /// <summary>How the caller's workload stood when it was let in, for audit events (<see cref="AuditEvent.Posture"/>).</summary>
    public string? Posture { get; internal init; }

    /// <summary>What a person approved for this request (RFC 9396); empty when nothing needed approval.</summary>
    public ApprovedActions Approved { get; internal init; } = ApprovedActions.None;

    /// <summary>The token the request came with, for the next exchange. Never shown.</summary>
    internal SubjectToken? Token { get; }

    /// <summary>Whether the caller was granted a scope for this request.</summary>
    /// <param name="scope">A single scope.</param>
    /// <returns>True when it was.</returns>
    public bool HasScope(string scope) => _scopes.Contains(scope);

    /// <summary>
    /// Goes on serving the request in work that it began and that outlives it, such as a task that its caller follows. No more is granted
    /// than the request had: the token still ends when it ends, and its revocation is seen at every exchange.
    /// </summary>
    /// <returns>Dispose of it when the work is done: from then on nothing is called on the request's behalf.</returns>
    public IDisposable Continue() => Activate();

    /// <summary>Makes this the current context of the asynchronous flow until the result is disposed.</summary>
    internal Activation Activate()
    {
        var slot = new Slot { Context = this };
        Ambient.Value = slot;
        return new Activation(slot);
    }

    /// <summary>Caller, subject and scopes; never the token.</summary>
    /// <returns>A line for logs.</returns>
    public override string ToString() => $"{Caller} for {Subject} [{Scopes}] txn {TransactionId ?? "-"}";

    /// <summary>Ends a context for every flow that captured it, not only for the one that began it.</summary>
    internal readonly struct Activation(Slot slot) : IDisposable
    {
        public void Dispose() => slot.Context = null;
    }

    internal sealed class Slot
    {
        public volatile DelegationContext? Context;
    }
}
