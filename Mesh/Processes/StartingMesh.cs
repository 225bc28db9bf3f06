using AgentMesh.Cli.Demo;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Processes;

/// <summary>What is known of a mesh before its parts have addresses.</summary>
/// <param name="Manifest">Who is in it.</param>
/// <param name="Run">Where it keeps its files.</param>
/// <param name="Launch">How its parts are started.</param>
/// <param name="Person">The operator.</param>
/// <param name="HasStored">The files may be those of an earlier run.</param>
internal sealed record StartingMesh(MeshManifest Manifest, RunDirectory Run, LaunchOptions Launch, Party Person, bool HasStored)
{
    public RunningMesh At(LaunchPlan plan) => new()
    {
        Manifest = Manifest,
        WorkloadApi = plan.WorkloadApiAddress,
        Issuer = plan.Issuer,
        Agents = plan.AgentAddresses,
        Directory = Run.Path,
        Operator = Person,
    };
}
