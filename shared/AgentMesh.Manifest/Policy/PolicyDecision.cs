namespace AgentMesh.Manifest;

/// <summary>
/// The manifest's answer to one question. Making it allocates nothing; <see cref="ToString"/> explains it. The default value is
/// no answer and is not allowed.
/// </summary>
/// <param name="Outcome">What the manifest says.</param>
/// <param name="Edge">The edge that was judged; null when there is none.</param>
/// <param name="Scope">
/// The scope that decided: not on the edge (null when the manifest knows no such scope at all), missing from the request being
/// served, or in need of approval. Null when allowed.
/// </param>
public readonly record struct PolicyDecision(PolicyOutcome Outcome, Edge? Edge, string? Scope)
{
    /// <summary>Whether the call may be made.</summary>
    public bool IsAllowed => Outcome == PolicyOutcome.Allowed && Edge is not null;

    /// <summary>
    /// The requested scope that was refused for a <c>when</c> of its own (<see cref="Edge.WhenOf"/>), which asks for
    /// <see cref="Scope"/>; null in all other cases.
    /// </summary>
    public string? Unjustified { get; init; }

    /// <summary>The caller; null when the manifest does not know it.</summary>
    public Party? Caller { get; init; }

    /// <summary>The callee; null when the manifest does not know it, or does not know the caller.</summary>
    public Party? Callee { get; init; }

    /// <summary>The decision in a sentence. It names only what the manifest names, never text that a caller sent.</summary>
    public override string ToString() => Outcome switch
    {
        PolicyOutcome.Allowed when Edge is not null => $"{Caller?.Name} may call {Callee?.Name}.",
        PolicyOutcome.UnknownCaller => "The caller is not in the manifest.",
        PolicyOutcome.UnknownCallee => $"The callee that {Caller?.Name} asks for is not in the manifest.",
        PolicyOutcome.NoEdge when Callee is { Kind: not PartyKind.Agent } =>
            $"{Caller?.Name} may not call {Callee.Name}: it is {(Callee.Kind == PartyKind.Operator ? "an operator" : "a service")}, and only agents can be called.",
        PolicyOutcome.NoEdge => $"{Caller?.Name} may not call {Callee?.Name}: the manifest has no such edge.",
        PolicyOutcome.ScopeNotGranted when Scope is null => $"{Caller?.Name} may not have a scope at {Callee?.Name} that the manifest does not know.",
        PolicyOutcome.ScopeNotGranted => $"{Caller?.Name} may call {Callee?.Name}, but not with scope {Scope}.",
        PolicyOutcome.NotServing when Unjustified is not null =>
            $"{Caller?.Name} may call {Callee?.Name} with scope {Unjustified} only while serving a request that carries scope {Scope}.",
        PolicyOutcome.NotServing => $"{Caller?.Name} may call {Callee?.Name} only while serving a request that carries scope {Scope}.",
        PolicyOutcome.ApprovalRequired => $"{Caller?.Name} may call {Callee?.Name} with scope {Scope} only after a person has approved the action.",
        _ => "Nothing was decided, so nothing is allowed.",
    };
}
