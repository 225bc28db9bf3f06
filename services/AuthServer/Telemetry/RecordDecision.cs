using System.Diagnostics;
using AgentMesh.Auth;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Requests;
using AgentMesh.Manifest;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Telemetry;

/// <summary>Before an answer leaves: one audit event, one measurement and the span's attributes, for allow and deny alike.</summary>
internal sealed class RecordDecision(IAuditLog audit, ServerTelemetry telemetry, MeshManifest manifest, PeerSvidReader peers, TimeProvider time) :
    IOpenIddictServerHandler<ApplyTokenResponseContext>,
    IOpenIddictServerHandler<ApplyIntrospectionResponseContext>,
    IOpenIddictServerHandler<ApplyRevocationResponseContext>
{
    // Before any handler normalizes the error or writes the response.
    private const int First = int.MinValue + 1;

    public static OpenIddictServerHandlerDescriptor Token { get; } = HandlerOrder.At<ApplyTokenResponseContext, RecordDecision>(First);

    public static OpenIddictServerHandlerDescriptor Introspection { get; } = HandlerOrder.At<ApplyIntrospectionResponseContext, RecordDecision>(First);

    public static OpenIddictServerHandlerDescriptor Revocation { get; } = HandlerOrder.At<ApplyRevocationResponseContext, RecordDecision>(First);

    private readonly string _party = manifest.Services["auth-server"].SpiffeId;

    public ValueTask HandleAsync(ApplyTokenResponseContext context) =>
        RecordAsync(context, "issuance", Operation(context.Request), context.Error);

    public ValueTask HandleAsync(ApplyIntrospectionResponseContext context) =>
        RecordAsync(context, "decision", "introspection", context.Error);

    public ValueTask HandleAsync(ApplyRevocationResponseContext context) =>
        RecordAsync(context, "revocation", "token-revocation", context.Error);

    private static string Operation(OpenIddictRequest? request) => request?.GrantType switch
    {
        GrantTypes.TokenExchange => "token-exchange",
        _ => "token-request",
    };

    private async ValueTask RecordAsync(BaseRequestContext context, string kind, string operation, string? error)
    {
        var request = ServerRequest.Of(context.Transaction);
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
            Subject = request.Subject?.Subject ?? token?.Subject,
            Actors = token?.Actors,
            Callee = request.Callee?.SpiffeId ?? token?.Audience,
            Action = operation,
            Scopes = request.GrantedScope ?? Bounded(context.Transaction.Request?.Scope),
            Authentication = request.Authentication,
            Decision = error is null ? "allow" : "deny",
            Reason = reason,
            TransactionId = token?.TransactionId,
            TokenId = (request.Issued ?? request.Presented)?.Id,
            TraceId = activity?.TraceId.ToHexString(),
            SpanId = activity?.SpanId.ToHexString(),
            DurationMs = duration.TotalMilliseconds,
            PolicyVersion = manifest.Version,
        }, context.CancellationToken);
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
