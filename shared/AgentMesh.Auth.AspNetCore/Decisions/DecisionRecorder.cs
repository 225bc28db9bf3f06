using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Writes a decision to the audit log, the trace and the metrics.</summary>
internal sealed class DecisionRecorder(MeshIdentity identity, IAuditLog audit, TimeProvider time, InboundMetrics metrics)
{
    private const int LongestAction = 256;
    private readonly string _me = identity.Id.ToString();
    private readonly string[] _needApproval = [.. identity.Manifest.Scopes.Values.Where(static scope => scope.NeedsApproval).Select(static scope => scope.Name)];

    /// <summary>Puts the decision together; it takes effect once it is recorded.</summary>
    public AuditEvent Describe(HttpContext context, CallerProof proof, string? reason)
    {
        var elapsed = proof.Started == 0 ? TimeSpan.Zero : time.GetElapsedTime(proof.Started);
        metrics.Decided(elapsed, reason);
        var span = Activity.Current;
        if (span is { IsAllDataRequested: true })
            Tag(span, proof, reason, context.GetEndpoint());

        return new AuditEvent
        {
            Kind = "decision",
            Time = time.GetUtcNow(),
            Party = _me,
            Caller = proof.Caller,
            Subject = proof.Subject,
            Actors = proof.Actors,
            Callee = _me,
            Action = ActionOf(context),
            Scopes = proof.Scopes.ToString(),
            Authentication = proof.Authentication,
            Decision = reason is null ? "allow" : "deny",
            Reason = reason,
            TransactionId = proof.Token?.TransactionId,
            TokenId = proof.Token?.TokenId,
            TraceId = span?.TraceId.ToString(),
            SpanId = span?.SpanId.ToString(),
            DurationMs = elapsed.TotalMilliseconds,
            PolicyVersion = identity.Manifest.Version,
            Posture = AuditFacts.PostureOf(proof.Peer),
            Risk = RiskOf(proof.Scopes, context.GetEndpoint()),
            Remediation = reason is null ? null : proof.Connected ? "refused" : "connection_closed",
        };
    }

    public ValueTask RecordAsync(AuditEvent decision) => audit.WriteAsync(decision);

    /// <summary>Records that a request which was let in was ended.</summary>
    /// <param name="allowed">The decision that let it in.</param>
    /// <param name="reason">What has come to speak against it.</param>
    public ValueTask RecordEndAsync(AuditEvent allowed, string reason)
    {
        metrics.Ended(reason);
        return audit.WriteAsync(allowed with { Time = time.GetUtcNow(), Decision = "deny", Reason = reason, DurationMs = null, Remediation = "request_ended" });
    }

    // What was brought, or what was asked for without bringing it.
    private string RiskOf(ScopeSet granted, Endpoint? endpoint)
    {
        foreach (var scope in _needApproval)
        {
            if (granted.Contains(scope) || RequiredScopes.Take(endpoint?.Metadata, scope))
                return AuditFacts.HighRisk;
        }
        return AuditFacts.NormalRisk;
    }

    private static void Tag(Activity span, CallerProof proof, string? reason, Endpoint? endpoint)
    {
        span.SetTag("agentmesh.caller", proof.Caller).SetTag("agentmesh.subject", proof.Subject).SetTag("agentmesh.txn", proof.Token?.TransactionId)
            .SetTag("agentmesh.scopes", proof.Scopes.ToString()).SetTag("agentmesh.decision", reason is null ? "allow" : "deny");
        if (reason is null)
            return;
        span.SetTag("error.type", reason);
        span.AddEvent(new ActivityEvent("agentmesh.refused", tags: new ActivityTagsCollection { ["agentmesh.reason"] = reason, ["agentmesh.required_scopes"] = RequiredScopes.Describe(endpoint?.Metadata) }));
    }

    // The route as the endpoint declares it, so that what a caller puts into a path can neither fill the journal nor hide in it.
    private static string ActionOf(HttpContext context)
    {
        var path = context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route } ? route : context.Request.Path.Value ?? "/";
        var action = $"{context.Request.Method} {(path.StartsWith('/') ? "" : "/")}{path}";
        return action.Length <= LongestAction ? action : action[..LongestAction];
    }
}
