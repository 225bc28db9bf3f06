using OpenIddict.Server;

namespace AgentMesh.AuthServer.Requests;

internal static class Refusal
{
    /// <summary>Refuses the request.</summary>
    /// <param name="context">What is being validated.</param>
    /// <param name="error">The standard's error code.</param>
    /// <param name="reason">A stable, more precise code for audit events and metrics.</param>
    /// <param name="description">In plain words, naming nothing but what the manifest names. Goes to the client.</param>
    public static ValueTask Refuse(this OpenIddictServerEvents.BaseValidatingContext context, string error, string reason, string description)
    {
        ServerRequest.Of(context.Transaction).Reason = reason;
        context.Reject(error, description);
        return ValueTask.CompletedTask;
    }
}
