namespace AgentMesh.Cli.Processes;

/// <summary>How one part of the mesh is started.</summary>
/// <param name="Name">The party's name in the manifest.</param>
/// <param name="Executable">Absolute path; what the Workload API attests.</param>
/// <param name="WorkingDirectory">The project's folder, for its <c>appsettings.json</c>.</param>
/// <param name="Environment">Added to this process's own.</param>
/// <param name="Health">Answers 200 once the part is ready.</param>
/// <param name="LogFile">Receives standard output and standard error.</param>
internal sealed record ChildSpec(
    string Name,
    string Executable,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    Uri Health,
    string LogFile);
