namespace AgentMesh.Cli.Demo;

/// <summary>What became of one purchase that a person had to decide on.</summary>
/// <param name="Name">What it shows: "approved", "denied", or "altered after approval".</param>
/// <param name="Question">What the agent was asked.</param>
/// <param name="Shown">What the person was shown, and decided on.</param>
/// <param name="Decision">"approve" or "deny"; null when nobody was asked.</param>
/// <param name="AsExpected">It went as such a purchase must go, by the agent's answer and by the journal of the agent that acts.</param>
/// <param name="Outcome">What the asking agent says became of it.</param>
/// <param name="Evidence">What the journals hold about it.</param>
internal sealed record PurchaseResult(
    string Name,
    string Question,
    IReadOnlyList<string> Shown,
    string? Decision,
    bool AsExpected,
    PurchaseOutcome? Outcome,
    string Evidence,
    string? TraceId);
