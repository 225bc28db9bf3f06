namespace AgentMesh.Deployment.Runs;

/// <summary>Where a run is, for <c>mesh ask</c> and <c>mesh status</c> in another terminal. None of it is a secret.</summary>
/// <param name="ProcessId">The process that holds the mesh: <c>mesh up</c>, or the AppHost.</param>
/// <param name="StartedAt">When that process was started.</param>
/// <param name="Directory">The run directory; journals are in its folder <c>audit</c>.</param>
/// <param name="Manifest">Absolute path of the manifest.</param>
/// <param name="WorkloadApi">The Workload API, as <c>SPIFFE_ENDPOINT_SOCKET</c> says it.</param>
/// <param name="Issuer">The authorization server's issuer identifier.</param>
/// <param name="Agents">Where each agent serves mTLS, by name.</param>
/// <param name="Children">The parts by name.</param>
/// <param name="Operator">The operator whose identity the <c>mesh</c> executable has.</param>
public sealed record RunInfo(
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
/// <param name="ProcessId">Its process, or 0 when whoever started it does not say.</param>
/// <param name="Health">Answers 200 when it is ready.</param>
public sealed record RunningChild(int ProcessId, Uri Health);
