namespace AgentMesh.Manifest;

/// <summary>What the manifest says about a call. Checked in this order: the first that applies is the outcome.</summary>
public enum PolicyOutcome
{
    /// <summary>The call may be made.</summary>
    Allowed,

    /// <summary>The caller is not in the manifest.</summary>
    UnknownCaller,

    /// <summary>The callee is not in the manifest.</summary>
    UnknownCallee,

    /// <summary>Both are known, but the caller has no edge to the callee. Operators and services are never callees.</summary>
    NoEdge,

    /// <summary>A requested scope is not on the edge.</summary>
    ScopeNotGranted,

    /// <summary>
    /// The request being served does not carry a scope of the edge's <c>when</c> or of a requested scope's own, or none is being served.
    /// </summary>
    NotServing,

    /// <summary>All else is in order, but a person must approve a requested scope.</summary>
    ApprovalRequired,
}
