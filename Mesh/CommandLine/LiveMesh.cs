using AgentMesh.Cli.Demo;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The mesh that this user runs in another terminal.</summary>
internal static class LiveMesh
{
    /// <exception cref="MeshException">None runs.</exception>
    public static RunningMesh Find() => Open(FindRun());

    /// <summary>The run whose directory <see cref="RunFile.Variable"/> names; the newest where it names none.</summary>
    /// <exception cref="MeshException">It does not run.</exception>
    public static RunInfo FindRun() => FindRun(Environment.GetEnvironmentVariable(RunFile.Variable));

    private static RunInfo FindRun(string? directory)
    {
        var live = RunFile.Live();
        if (directory is not { Length: > 0 })
            return live is [var newest, ..] ? newest : throw MeshException.Unavailable("no mesh of yours runs on this machine. Start one with `mesh up`.");
        // Not the newest instead: whoever named a mesh did not mean another.
        return live.FirstOrDefault(run => run.Directory == Path.TrimEndingDirectorySeparator(directory))
            ?? throw MeshException.Unavailable($"no mesh of yours runs in {directory}, which {RunFile.Variable} names.");
    }

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
