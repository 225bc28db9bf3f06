using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>An action that a person is to approve.</summary>
public sealed class ApprovalRequest
{
    /// <summary>Name in the manifest of the agent that will do it.</summary>
    public required string Callee { get; init; }

    /// <summary>The scopes that doing it takes; at least one needs approval.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>
    /// What exactly is to be done: an array of objects that each have a <c>type</c> (RFC 9396 §2). It is what the person is shown, what the token will say,
    /// and what the callee compares with what it is asked to do.
    /// </summary>
    public required JsonElement AuthorizationDetails { get; init; }

    /// <summary>One line of at most 256 characters for the person (CIBA §7.1); a hint in the asking agent's words, which decides nothing.</summary>
    public string? BindingMessage { get; init; }
}
