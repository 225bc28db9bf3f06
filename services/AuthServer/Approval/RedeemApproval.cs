using System.Text.Json;
using AgentMesh.AuthServer.Exchange;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// The CIBA grant: turns an approved request into one token, once, for the client that asked, with exactly the details that the
/// person saw. What was revoked, or left the manifest, since then counts.
/// </summary>
internal sealed class RedeemApproval(ApprovalStore approvals, PollHold hold, RevocationList revocations, MeshManifest manifest, TimeProvider time) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ValidateTokenRequestContext, RedeemApproval>(LimitDelegation.Descriptor);

    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (context.Request.GrantType != ApprovalGrant.GrantType)
        {
            return;
        }
        var request = ServerRequest.Of(context.Transaction);
        var requestId = (string?)context.Request[ApprovalGrant.RequestId];
        if (string.IsNullOrEmpty(requestId))
        {
            await context.Refuse(Errors.InvalidRequest, "no_auth_req_id", "auth_req_id is missing.");
            return;
        }
        var approval = await approvals.FindByRequestAsync(requestId, context.CancellationToken);
        if (approval is null || approval.Client != request.Party!.SpiffeId || approval.Status == ApprovalStatus.Redeemed)
        {
            await context.Refuse(Errors.InvalidGrant, "unknown_auth_req_id", "There is no such request of this client, or its token was already issued.");
            return;
        }
        approval = await hold.UntilDecidedAsync(approval, context.CancellationToken);
        if (approval is null)
        {
            await context.Refuse(Errors.SlowDown, "polled_too_fast", "Poll less often: the interval is five seconds longer from now on.");
            return;
        }
        if (approval.Status == ApprovalStatus.Denied)
        {
            await context.Refuse(Errors.AccessDenied, "denied", $"{Decider(approval)} denied it.");
            return;
        }
        var now = time.GetUtcNow();
        if (approval.ExpiresAt <= now || approval.ParentExpiresAt <= now)
        {
            await context.Refuse(Errors.ExpiredToken, "approval_expired", "The request for approval, or the token it was made with, has expired.");
            return;
        }
        if (approval.Status == ApprovalStatus.Pending)
        {
            await context.Refuse(Errors.AuthorizationPending, "approval_pending", "Nobody has decided yet.");
            return;
        }
        await RedeemAsync(context, request, approval);
    }

    private async Task RedeemAsync(ValidateTokenRequestContext context, ServerRequest request, ApprovalRow approval)
    {
        var parent = approval.ParentId is null ? null : StandsOn(approval);
        if (revocations.FindReason(StandsOn(approval)) is not null)
        {
            await context.Refuse(Errors.AccessDenied, "subject_token_revoked", "The task that it was approved for has been revoked.");
            return;
        }
        var decision = manifest.Decide(approval.Client, approval.Callee, approval.Scope, parent?.Scope);
        if (decision.Outcome is PolicyOutcome.UnknownCaller or PolicyOutcome.UnknownCallee or PolicyOutcome.NoEdge or PolicyOutcome.ScopeNotGranted)
        {
            await context.Refuse(Errors.AccessDenied, "policy_changed", decision.ToString());
            return;
        }
        if (!await approvals.RedeemAsync(approval, context.CancellationToken))
        {
            await context.Refuse(Errors.InvalidGrant, "already_redeemed", "The token of this approval was already issued.");
            return;
        }
        request.Redeemed = approval.Id;
        request.Subject = new SubjectToken(approval.Subject, parent, MayAct: null);
        request.Callee = decision.Callee;
        request.GrantedScope = approval.Scope;
        request.TransactionId = approval.TransactionId;
        request.AuthorizationDetails = JsonSerializer.Deserialize<JsonElement>(approval.AuthorizationDetails);
    }

    private string Decider(ApprovalRow approval) =>
        manifest.TryGetParty(approval.DecidedBy, out var decider) ? decider.ToString() : "A person";

    // As much of the token that the client was called with as the chain and its revocation need; where it asked on its own behalf, the client
    // and the task.
    private static AccessToken StandsOn(ApprovalRow approval) => new()
    {
        Id = approval.ParentId ?? "",
        Subject = approval.Subject,
        ClientId = approval.Client,
        Audience = approval.Client,
        Scope = "",
        TransactionId = approval.TransactionId,
        Actors = approval.Actors.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Ancestors = approval.ParentAncestors.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        IssuedAt = approval.CreatedAt,
        ExpiresAt = approval.ParentExpiresAt ?? approval.ExpiresAt,
    };
}
