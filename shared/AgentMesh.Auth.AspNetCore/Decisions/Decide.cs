using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Makes the six checks, records the decision, and lets the endpoint run on the caller's behalf or answers why not. An allowed request runs
/// while its record is being written, but its answer waits for the record.
/// </summary>
/// <remarks>
/// One middleware instead of ASP.NET Core's authentication and authorization: those cost several times as much as the checks, and skip them
/// where an endpoint carries somebody else's metadata.
/// </remarks>
internal sealed class Decide(RequestDelegate next, CallerChecks checks, DecisionRecorder recorder, RunningRequests running)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var proof = await checks.CheckAsync(context).ConfigureAwait(false);
        var endpoint = context.GetEndpoint();
        // Open to every peer whose connection is in order, such as the protected resource metadata.
        if (proof.Connected && endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var reason = proof.Reason ?? (endpoint is null ? DecisionReason.EndpointUnknown : RequiredScopes.Check(endpoint.Metadata, proof.Scopes) ?? NoBrowsers.Check(context, endpoint.Metadata));
        var decision = recorder.Describe(context, proof, reason);
        Task recorded;
        try
        {
            recorded = recorder.RecordAsync(decision).AsTask();
            // Nobody who has gone waits for a disk that stalls.
            if (!recorded.IsCompleted)
                recorded = recorded.WaitAsync(context.RequestAborted);
            if (reason is not null || recorded.IsCompleted)
                await recorded.ConfigureAwait(false);
        }
        catch (AuditException)
        {
            await Refusal.WriteAsync(context, DecisionReason.AuditUnavailable, proof.Peer).ConfigureAwait(false);
            return;
        }
        if (reason is not null)
        {
            if (!proof.Connected)
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            await Refusal.WriteAsync(context, reason, proof.Peer).ConfigureAwait(false);
            return;
        }

        if (!recorded.IsCompleted)
            context.Response.OnStarting(static state => (Task)state, recorded);
        context.User = new ClaimsPrincipal(new CallerIdentity(proof));
        context.Features.Set(proof);
        var delegation = new DelegationContext(proof.Caller!, proof.Subject!, proof.Actors, proof.Scopes, proof.Token?.TransactionId, proof.Token?.ForExchange)
        {
            TokenId = proof.Token?.TokenId,
            Authentication = proof.Authentication,
            Posture = AuditFacts.PostureOf(proof.Peer),
            Approved = proof.Token?.Approved ?? ApprovedActions.None,
        };
        using (delegation.Activate())
        {
            var serving = next(context);
            // What has been answered already need not be ended.
            if (!serving.IsCompleted)
            {
                using (running.Add(context, proof, decision))
                    await serving.ConfigureAwait(false);
            }
            else
            {
                await serving.ConfigureAwait(false);
            }
        }
        // An endpoint that wrote nothing has not started the answer yet.
        await recorded.ConfigureAwait(false);
    }
}
