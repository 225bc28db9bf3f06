using AgentMesh.Cli.Demo;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The mesh that this user runs in another terminal.</summary>
internal static class LiveMesh
{
    /// <exception cref="MeshException">None runs.</exception>
    public static RunningMesh Find() => Open(FindRun());

    /// <summary>The newest run.</summary>
    /// <exception cref="MeshException">None runs.</exception>
    public static RunInfo FindRun() => RunFile.Live() is [var newest, ..]
        ? newest
        : throw MeshException.Unavailable("no mesh of yours runs on this machine. Start one with `mesh up`.");

    private static RunningMesh Open(RunInfo run)
    {
        var manifest = MeshManifest.Load(run.Manifest);
        return new RunningMesh
        {
            Manifest = manifest,
            WorkloadApi = run.WorkloadApi,
            Issuer = run.Issuer,
            Agents = run.Agents,
            Directory = run.Directory,
            Operator = ManifestFile.Operator(manifest, run.Operator),
        };
    }
}
