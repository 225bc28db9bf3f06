namespace AgentMesh.Auth;

/// <summary>
/// A call was not made because it could not be authorized. It carries no token; the request never left this process without its credential.
/// </summary>
public sealed class AgentAuthorizationException : HttpRequestException
{
    /// <summary>Says why a call to <paramref name="callee"/> was not made.</summary>
    /// <param name="code">A code as <see cref="TokenError.Code"/> lists them, or one of this library's: <c>insecure_scheme</c>, <c>authorization_already_set</c>, <c>redirect_refused</c>, <c>no_identity</c>, <c>approval_required</c>, <c>approval_for_another_callee</c>, <c>approval_for_other_scopes</c>, <c>approval_svid_rotated</c>, <c>approval_expired</c>, <c>approval_used</c>.</param>
    /// <param name="callee">Name of the agent that was to be called.</param>
    /// <param name="scopes">The scopes wanted, space-delimited.</param>
    /// <param name="explanation">One sentence for a person.</param>
    /// <param name="inner">What caused it, if an exception did.</param>
    public AgentAuthorizationException(string code, string callee, string scopes, string explanation, Exception? inner = null)
        : base($"The call to {callee} was not made ({code}): {explanation}", inner)
    {
        (Code, Callee, Scopes, Explanation) = (code, callee, scopes, explanation);
    }

    /// <summary>Stable code of the reason.</summary>
    public string Code { get; }

    /// <summary>Name of the agent that was to be called.</summary>
    public string Callee { get; }

    /// <summary>The scopes wanted, space-delimited.</summary>
    public string Scopes { get; }

    /// <summary>The reason in one sentence.</summary>
    public string Explanation { get; }
}
