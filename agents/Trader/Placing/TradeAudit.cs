using System.Diagnostics;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>Records each decision on an order, before it takes effect.</summary>
internal sealed class TradeAudit(IAuditLog audit, MeshIdentity identity, TimeProvider time)
{
    /// <param name="reason">Why it is refused; null when it is executed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task WriteAsync(string? reason, CancellationToken cancellationToken)
    {
        var served = DelegationContext.Current;
        await audit.WriteAsync(
            new AuditEvent
            {
                Kind = "decision",
                Time = time.GetUtcNow(),
                Party = identity.Id.ToString(),
                Caller = served?.Caller,
                Subject = served?.Subject,
                Actors = served?.ActorChain,
                Callee = identity.Id.ToString(),
                Action = "place order",
                Scopes = served?.Scopes,
                Decision = reason is null ? "allow" : "deny",
                Reason = reason,
                TransactionId = served?.TransactionId,
                TokenId = served?.TokenId,
                TraceId = Activity.Current?.TraceId.ToHexString(),
                SpanId = Activity.Current?.SpanId.ToHexString(),
                PolicyVersion = identity.Manifest.Version,
                Posture = served?.Posture,
                // Whatever this request carries: placing an order is what takes a person's approval.
                Risk = AuditFacts.HighRisk,
                Remediation = reason is null ? null : "order_not_placed",
            },
            cancellationToken);
    }
}
