using AgentMesh.Cli.Approvals;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Demo;

/// <summary>What the demo does in the place of the person, who is at the terminal otherwise.</summary>
/// <param name="Desk">Where it decides on what waits for approval.</param>
/// <param name="Connection">Over which it disables and enables.</param>
/// <param name="HoldWorkloadApi">Has the embedded Workload API stand still until the result is disposed; null: another one issues the SVIDs.</param>
internal sealed record StandIn(ApprovalDesk Desk, OperatorConnection Connection, Func<IDisposable>? HoldWorkloadApi);
