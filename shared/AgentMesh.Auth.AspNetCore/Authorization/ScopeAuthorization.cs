using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Compares an endpoint's scopes with those granted to the caller.</summary>
internal sealed class ScopeAuthorization : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Resource is not HttpContext http || http.Features.Get<CallerProof>() is not { Reason: null } proof)
            return Task.CompletedTask;
        foreach (var requirement in context.Requirements)
        {
            // Without an endpoint there is nothing to protect: a proven caller is told so (404).
            if (requirement is ScopeDeclaredRequirement && http.GetEndpoint() is null)
                context.Succeed(requirement);
            else if (requirement is ScopeRequirement wanted && wanted.Scopes.All(proof.Scopes.Contains))
                context.Succeed(requirement);
        }
        return Task.CompletedTask;
    }
}
