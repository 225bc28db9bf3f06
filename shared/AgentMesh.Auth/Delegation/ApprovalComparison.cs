namespace AgentMesh.Auth;

/// <summary>What became of comparing an action with what a person approved.</summary>
/// <param name="Differences">
/// The members in which the action differs from the approved one that is nearest to it, in the action's order; empty when they are the same, null when nothing of its
/// type was approved.
/// </param>
public readonly record struct ApprovalComparison(IReadOnlyList<string>? Differences)
{
    /// <summary>No action of the type was approved.</summary>
    public static ApprovalComparison NothingApproved => default;

    /// <summary>Whether exactly this action was approved.</summary>
    public bool IsApproved => Differences is { Count: 0 };
}
