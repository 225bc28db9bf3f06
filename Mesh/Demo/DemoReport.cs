using AgentMesh.Auth;
using AgentMesh.Cli.Attacks;

namespace AgentMesh.Cli.Demo;

/// <summary>All that one <c>mesh up</c> showed; <c>--json</c> prints it.</summary>
/// <param name="Problems">What was not as it must be; empty when all was.</param>
/// <param name="Purchases">What a person decided on; empty where nothing needs approval, and where a person is at the terminal to decide.</param>
/// <param name="Disabled">What became of the agent that was disabled mid-task; null where the demo does not show that.</param>
/// <param name="StartMs">From the first process's start until all were ready, in milliseconds.</param>
/// <param name="HeldMegabytes">Memory that all processes of the mesh hold together, this one included; a page they share counts once.</param>
internal sealed record DemoReport(
    string Manifest,
    string Operator,
    string Question,
    Answer Answer,
    IReadOnlyList<AuditEvent> Hops,
    IReadOnlyList<AttackResult> Attacks,
    IReadOnlyList<PurchaseResult> Purchases,
    DisabledResult? Disabled,
    double StartMs,
    double HeldMegabytes,
    IReadOnlyList<string> Problems);
