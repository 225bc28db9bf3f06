using System.Diagnostics;
using AgentMesh.Auth;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Requests;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Telemetry;

/// <summary>Writes one audit event, one measurement and the span's attributes for a decision, before its answer leaves.</summary>
internal sealed class DecisionRecorder(IAuditLog audit, ServerTelemetry telemetry, MeshManifest manifest, PeerSvidReader peers, TimeProvider time)
{
    private readonly string _party = manifest.Services["auth-server"].SpiffeId;

    /// <param name="request">What was decided about.</param>
    /// <param name="kind">The audit event's kind.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="error">The protocol's error code; null: allowed.</param>
    /// <param name="requestedScope">As the client sent it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask RecordAsync(ServerRequest request, string kind, string operation, string? error, string? requestedScope, CancellationToken cancellationToken)
    {
        if (request.Peer is null && peers.TryRead(request.Http, out var peer, out _))
        {
            // Refused before the client was authenticated: say all the same whose connection it was.
            request.Peer = peer;
        }
        var duration = time.GetElapsedTime(request.StartedAt);
        var reason = error is null ? null : request.Reason ?? error;
        telemetry.Record(operation, error, reason, duration);

        var token = request.Issued ?? request.Subject?.Parent ?? request.Presented;
        var activity = request.Activity ?? Activity.Current;
        Describe(activity, request, operation, error, reason);
        await audit.WriteAsync(new AuditEvent
        {
            Kind = kind,
            Time = time.GetUtcNow(),
            Party = _party,
            Caller = (request.Client ?? request.Peer?.Id)?.ToString(),
            Subject = request.Subject?.Subject ?? token?.Subject ?? request.Concerned,
            Actors = token?.Actors,
            Callee = request.Callee?.SpiffeId ?? token?.Audience,
            Action = operation,
            Scopes = request.GrantedScope ?? Bounded(requestedScope),
            Authentication = request.Authentication,
            Decision = error is null ? "allow" : "deny",
            Reason = reason,
            Cause = request.Cause,
            TransactionId = token?.TransactionId ?? request.TransactionId,
            TokenId = (request.Issued ?? request.Presented)?.Id ?? request.TokenId,
            TraceId = activity?.TraceId.ToHexString(),
            SpanId = activity?.SpanId.ToHexString(),
            DurationMs = duration.TotalMilliseconds,
            PolicyVersion = manifest.Version,
            Posture = request.Peer?.Posture,
            Risk = AuditFacts.RiskOf(manifest, request.GrantedScope ?? Bounded(requestedScope)),
            Remediation = error is null ? null : kind == "issuance" ? "no_token_issued" : "refused",
        }, cancellationToken);
        request.Activity?.Dispose();
    }

    private static void Describe(Activity? activity, ServerRequest request, string operation, string? error, string? reason)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }
        activity.SetTag("agentmesh.operation", operation);
        activity.SetTag("agentmesh.caller", request.Client?.ToString());
        activity.SetTag("agentmesh.callee", request.Callee?.SpiffeId);
        activity.SetTag("agentmesh.scopes", request.GrantedScope);
        activity.SetTag("agentmesh.txn", request.Issued?.TransactionId);
        activity.SetTag("agentmesh.decision", error is null ? "allow" : "deny");
        if (error is not null)
        {
            activity.SetTag("error.type", reason);
            activity.SetStatus(ActivityStatusCode.Error, reason);
        }
    }

    // What a client sends goes into the journal, but not all of whatever it sends.
    private static string? Bounded(string? text) => text is { Length: > 256 } ? text[..256] : text;
}
