namespace AgentMesh.Cli.Processes;

/// <summary>Where a run is, for <c>mesh ask</c> and <c>mesh status</c> in another terminal.</summary>
/// <param name="StartedAt">When the process that wrote this was started.</param>
internal sealed record RunInfo(
    int ProcessId,
    DateTimeOffset StartedAt,
    string Directory,
    string Manifest,
    string WorkloadApi,
    Uri Issuer,
    IReadOnlyDictionary<string, Uri> Agents,
    IReadOnlyDictionary<string, RunningChild> Children,
    string Operator);

/// <summary>One part of a run.</summary>
internal sealed record RunningChild(int ProcessId, Uri Health);
