using System.Diagnostics;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>The caller's side of the audit trail, for one callee and its scopes: which requests were sent with which credential, and which were not sent.</summary>
internal sealed partial class CallAudit(IAuditLog audit, MeshIdentity identity, TimeProvider time, ILogger logger, Party callee, ScopeSet scopes, ScopeSet needApproval,
    bool bindsToSvid)
{
    private const int LongestAction = 256;

    private readonly string _me = identity.Id.ToString();
    private readonly string _scopes = scopes.ToString();
    private readonly string _risk = needApproval.Count > 0 ? AuditFacts.HighRisk : AuditFacts.NormalRisk;

    /// <summary>The request goes out with its credential. It need not wait for this; its answer has to.</summary>
    public ValueTask SentAsync(HttpRequestMessage request, X509Svid svid, AccessToken? token) =>
        audit.WriteAsync(Event(request, svid, token is null ? "mtls" : token.ProofKey is not null ? "mtls+dpop" : bindsToSvid ? "mtls+token" : "mtls+entra", null, null));

    /// <summary>The request was not sent, or what answered was not the callee. Never throws: whoever called is told of the refusal itself.</summary>
    public async ValueTask RefusedAsync(HttpRequestMessage request, string reason, string remediation, CancellationToken cancellationToken)
    {
        try
        {
            await audit.WriteAsync(Event(request, null, null, reason, remediation), CancellationToken.None).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more; it is recorded all the same.
        }
        catch (AuditException exception)
        {
            LogUnwritten(exception, callee.Name, reason);
        }
    }

    private AuditEvent Event(HttpRequestMessage request, X509Svid? sentWith, string? authentication, string? reason, string? remediation)
    {
        var (served, span) = (DelegationContext.Current, Activity.Current);
        return new AuditEvent
        {
            Kind = "call",
            Time = time.GetUtcNow(),
            Party = _me,
            Caller = _me,
            Subject = served?.Subject ?? _me,
            Actors = served?.ActorChain,
            Callee = callee.SpiffeId,
            Action = ActionOf(request),
            Scopes = _scopes,
            Authentication = authentication,
            Decision = sentWith is null ? "deny" : "allow",
            Reason = reason,
            TransactionId = served?.TransactionId,
            TraceId = span?.TraceId.ToHexString(),
            SpanId = span?.SpanId.ToHexString(),
            PolicyVersion = identity.Manifest.Version,
            Posture = sentWith is null ? null : AuditFacts.PostureOf(sentWith),
            Risk = _risk,
            Remediation = remediation,
        };
    }

    private static string ActionOf(HttpRequestMessage request)
    {
        var action = $"{request.Method} {(request.RequestUri is { IsAbsoluteUri: true } address ? address.AbsolutePath : "")}";
        return action.Length <= LongestAction ? action : action[..LongestAction];
    }

    [LoggerMessage(1304, LogLevel.Error, "That a call to {Callee} was not made ({Reason}) could not be recorded.")]
    private partial void LogUnwritten(Exception exception, string callee, string reason);
}
