using AgentMesh.Cli.Demo;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary>The mesh that this user runs in another terminal.</summary>
internal static class LiveMesh
{
    /// <exception cref="MeshException">None runs.</exception>
    public static RunningMesh Find() => Open(FindRun());

    /// <summary>A run of this machine, for verbs that read its folder or need to know where everybody is.</summary>
    /// <exception cref="MeshException">It does not run, or this process is part of a deployed mesh, which has no such run.</exception>
    public static RunningMesh FindHere() => Open(FindRunHere());

    /// <inheritdoc cref="FindHere"/>
    public static RunInfo FindRunHere() => Deployed() is null
        ? FindRun(Environment.GetEnvironmentVariable(RunFile.Variable))
        : throw MeshException.BadInput("this is part of a deployed mesh (Mesh__Issuer is set): there is no run directory to read here, and an operator is not told where every agent is. "
            + "Ask the cluster what runs, and `mesh audit tail` what was decided.");

    /// <summary>The run whose directory <see cref="RunFile.Variable"/> names; the newest where it names none.</summary>
    /// <exception cref="MeshException">It does not run.</exception>
    public static RunInfo FindRun() => Deployed() ?? FindRun(Environment.GetEnvironmentVariable(RunFile.Variable));

    /// <summary>
    /// Where this process is part of a deployed mesh, the environment says where everybody is, as it does for each of them; there is no run
    /// directory, and the journals are where they were written.
    /// </summary>
    private static RunInfo? Deployed()
    {
        if (Setting("Mesh__Issuer") is not { } issuer || Setting("SPIFFE_ENDPOINT_SOCKET") is not { } workloadApi || Setting("Mesh__Manifest") is not { } manifest)
            return null;
        return new RunInfo(
            Environment.ProcessId,
            TimeProvider.System.GetUtcNow(),
            Path.Combine(Path.GetTempPath(), "agentmesh"),
            manifest,
            workloadApi,
            new Uri(issuer),
            MeshManifest.Load(manifest).Agents.Keys.Select(agent => (Name: agent, Address: Setting($"services__{agent}__https__0")))
                .Where(agent => agent.Address is not null).ToDictionary(agent => agent.Name, agent => new Uri(agent.Address + "/")),
            new Dictionary<string, RunningChild>(),
            Setting("Mesh__Name") ?? "local");

        static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
    }

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
