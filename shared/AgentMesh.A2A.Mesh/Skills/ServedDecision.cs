using System.Diagnostics;
using AgentMesh.Auth;

namespace AgentMesh.A2A.Mesh;

/// <summary>The audit event of a decision about what a request asks for, made after the request itself was let in.</summary>
internal static class ServedDecision
{
    /// <param name="identity">Who decides.</param>
    /// <param name="time">The clock.</param>
    /// <param name="served">The request being served.</param>
    /// <param name="action">What it asks for.</param>
    /// <param name="decision"><c>allow</c> or <c>deny</c>.</param>
    /// <param name="reason">Why it is refused.</param>
    /// <param name="taken">The scopes that it takes, space-delimited; null: not known, those of the request are at stake.</param>
    public static AuditEvent Of(MeshIdentity identity, TimeProvider time, DelegationContext? served, string action, string decision, string? reason, string? taken) => new()
    {
        Kind = "decision",
        Time = time.GetUtcNow(),
        Party = identity.Party.SpiffeId,
        Caller = served?.Caller,
        Subject = served?.Subject,
        Actors = served?.ActorChain,
        Callee = identity.Party.SpiffeId,
        Action = action,
        Scopes = served?.Scopes,
        Authentication = served?.Authentication ?? "none",
        Decision = decision,
        Reason = reason,
        TransactionId = served?.TransactionId,
        TokenId = served?.TokenId,
        TraceId = Activity.Current?.TraceId.ToHexString(),
        SpanId = Activity.Current?.SpanId.ToHexString(),
        PolicyVersion = identity.Manifest.Version,
        Posture = served?.Posture,
        Risk = AuditFacts.RiskOf(identity.Manifest, taken ?? served?.Scopes),
        Remediation = decision == "deny" ? "refused" : null,
    };
}
