using AgentMesh.AuthServer.Requests;
using AgentMesh.Manifest;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>Asks the manifest: may this client call this callee with these scopes while serving what it serves?</summary>
internal sealed class ApplyEdgePolicy(MeshManifest manifest) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ValidateTokenRequestContext, ApplyEdgePolicy>(ResolveTarget.Descriptor);

    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (!context.Request.IsTokenExchangeGrantType())
        {
            return ValueTask.CompletedTask;
        }
        var request = ServerRequest.Of(context.Transaction);
        if (request.SeeksApproval && string.IsNullOrWhiteSpace(context.Request.Scope))
        {
            return context.Refuse(Errors.InvalidScope, "scope_missing", "Name the scopes that a person is to approve.");
        }
        var decision = manifest.Decide(request.Party!.SpiffeId, request.Callee!.SpiffeId, context.Request.Scope, request.Subject!.Serving);
        if (request.SeeksApproval && decision.Outcome is PolicyOutcome.Allowed)
        {
            return context.Refuse(Errors.InvalidScope, "no_approval_needed", "No requested scope needs a person's approval: exchange your token for it.");
        }
        if (decision is { Edge: { } edge } && (decision.IsAllowed || (request.SeeksApproval && decision.Outcome == PolicyOutcome.ApprovalRequired)))
        {
            request.GrantedScope = ScopeText.Granted(context.Request.Scope, edge, request.Subject.Serving);
            return ValueTask.CompletedTask;
        }
        var (error, reason) = decision.Outcome switch
        {
            PolicyOutcome.UnknownCaller => (Errors.UnauthorizedClient, "unknown_client"),
            PolicyOutcome.UnknownCallee => (Errors.InvalidTarget, "unknown_callee"),
            PolicyOutcome.NoEdge => (Errors.InvalidTarget, "no_edge"),
            PolicyOutcome.ScopeNotGranted => (Errors.InvalidScope, "scope_not_granted"),
            PolicyOutcome.ApprovalRequired => (Errors.InvalidScope, "approval_required"),
            PolicyOutcome.NotServing => (Errors.InvalidRequest, "not_serving"),
            _ => (Errors.InvalidRequest, "no_decision"),
        };
        var hint = decision.Outcome == PolicyOutcome.ApprovalRequired ? " Ask for approval at the backchannel authentication endpoint (CIBA)." : "";
        return context.Refuse(error, reason, decision + hint);
    }
}
