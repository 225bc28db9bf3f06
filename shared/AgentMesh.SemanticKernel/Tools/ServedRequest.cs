using AgentMesh.Auth;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>What the filter needs to know of the request being served; never its token.</summary>
internal sealed record ServedRequest(string Caller, string Subject, IReadOnlyList<string> Actors, string Scopes, string? TransactionId, string? Posture)
{
    public static ServedRequest? Current() => DelegationContext.Current is { } context
        ? new(context.Caller, context.Subject, context.ActorChain, context.Scopes, context.TransactionId, context.Posture)
        : null;

    /// <summary>Whether the space-delimited scopes hold this one, compared octet by octet (RFC 6749 §3.3).</summary>
    public bool HasScope(ReadOnlySpan<char> scope)
    {
        foreach (var range in Scopes.AsSpan().Split(' '))
        {
            if (Scopes.AsSpan()[range].SequenceEqual(scope))
                return true;
        }
        return false;
    }
}
