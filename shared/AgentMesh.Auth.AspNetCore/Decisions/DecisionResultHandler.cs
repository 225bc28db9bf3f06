using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Carries out a decision: records it, then lets the endpoint run on the caller's behalf, or answers why not. An allowed request runs while its
/// record is being written, but its answer waits for the record.
/// </summary>
internal sealed class DecisionResultHandler(DecisionRecorder recorder) : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        var proof = context.Features.Get<CallerProof>() ?? new CallerProof { Reason = DecisionReason.PeerMissing };
        var reason = proof.Reason
            ?? (!authorizeResult.Succeeded ? ReasonOf(policy) : context.GetEndpoint() is null ? DecisionReason.EndpointUnknown : null);

        Task recorded;
        try
        {
            recorded = recorder.RecordAsync(context, proof, reason, RequiredScopes(policy)).AsTask();
            if (reason is not null || recorded.IsFaulted)
                await recorded.ConfigureAwait(false);
        }
        catch (AuditException)
        {
            await Refusal.WriteAsync(context, DecisionReason.AuditUnavailable, null, proof.Peer).ConfigureAwait(false);
            return;
        }
        if (reason is not null)
        {
            if (reason == DecisionReason.PeerExpired)
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            await Refusal.WriteAsync(context, reason, RequiredScopes(policy), proof.Peer).ConfigureAwait(false);
            return;
        }
        if (!recorded.IsCompletedSuccessfully)
            context.Response.OnStarting(static state => (Task)state, recorded);

        var delegation = new DelegationContext(proof.Caller!, proof.Subject!, proof.Actors, proof.Scopes, proof.Token?.TransactionId, proof.Token?.Token);
        using (delegation.Activate())
        {
            await next(context).ConfigureAwait(false);
        }
        // An endpoint that wrote nothing has not started the answer yet.
        await recorded.ConfigureAwait(false);
    }

    private static string ReasonOf(AuthorizationPolicy policy) =>
        policy.Requirements.OfType<ScopeRequirement>().Any() ? DecisionReason.InsufficientScope : DecisionReason.ScopeUndeclared;

    private static string? RequiredScopes(AuthorizationPolicy policy)
    {
        var scopes = policy.Requirements.OfType<ScopeRequirement>().SelectMany(static r => r.Scopes).Distinct().ToArray();
        return scopes.Length == 0 ? null : string.Join(' ', scopes);
    }
}
