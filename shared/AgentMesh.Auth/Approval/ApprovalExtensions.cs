namespace AgentMesh.Auth;

/// <summary>Sends a request with what a person approved.</summary>
public static class ApprovalExtensions
{
    private static readonly HttpRequestOptionsKey<ApprovedAction> Key = new("AgentMesh.Auth.ApprovedAction");

    /// <summary>
    /// Makes this the request that was approved: <c>AgentAuthHandler</c> sends the approved token with it, once, to the approved callee alone, and never another
    /// token in its place.
    /// </summary>
    /// <param name="request">The request, for a client with <c>AddAgentAuth</c>.</param>
    /// <param name="action">What was approved.</param>
    /// <returns>The same request.</returns>
    public static HttpRequestMessage WithApproval(this HttpRequestMessage request, ApprovedAction action)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(action);
        request.Options.Set(Key, action);
        return request;
    }

    internal static ApprovedAction? GetApproval(this HttpRequestMessage request) => request.Options.TryGetValue(Key, out var action) ? action : null;
}
