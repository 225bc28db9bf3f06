namespace AgentMesh.Manifest;

/// <summary>A decision and every reason for and against it.</summary>
/// <param name="Decision">What <see cref="MeshManifest.Decide"/> says.</param>
/// <param name="Reasons">In the order in which the decision is made; if allowed, all of them hold.</param>
public sealed record PolicyExplanation(PolicyDecision Decision, IReadOnlyList<PolicyReason> Reasons)
{
    /// <summary>The decision in a sentence, then a reason a line.</summary>
    public override string ToString() => string.Join(Environment.NewLine, [Decision.ToString(), .. Reasons.Select(reason => $"  {reason}")]);
}
