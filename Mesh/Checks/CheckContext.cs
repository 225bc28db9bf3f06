using AgentMesh.Cli.Demo;
using AgentMesh.Cli.Live;

namespace AgentMesh.Cli.Checks;

/// <summary>The live mesh that the boxes look at.</summary>
/// <param name="Served">What each agent and the authorization server proved in a handshake.</param>
internal sealed record CheckContext(RunInfo Run, RunningMesh Mesh, OperatorConnection Connection, IReadOnlyList<ServedSvid> Served, TimeProvider Time)
{
    private IReadOnlyList<string>? _otherPolicies;

    /// <summary>Who decides by another manifest than the one that is looked at: several boxes ask, and the journals are read once.</summary>
    public IReadOnlyList<string> OtherPolicies => _otherPolicies ??= PolicyInForce.ReadOthers(Mesh);
}

/// <summary>One box of the checklist.</summary>
internal interface ICheck
{
    /// <summary>What it says of the mesh when it is green.</summary>
    string Name { get; }

    Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken);
}
