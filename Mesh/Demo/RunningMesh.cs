using AgentMesh.Cli.Processes;
using AgentMesh.Manifest;

namespace AgentMesh.Cli.Demo;

/// <summary>Where a mesh that runs can be reached, and as whom.</summary>
internal sealed record RunningMesh
{
    public required MeshManifest Manifest { get; init; }

    /// <summary>The Workload API, as <c>SPIFFE_ENDPOINT_SOCKET</c> would say it.</summary>
    public required string WorkloadApi { get; init; }

    public required Uri Issuer { get; init; }

    /// <summary>Where each agent serves mTLS, by name.</summary>
    public required IReadOnlyDictionary<string, Uri> Agents { get; init; }

    /// <summary>The run directory; every part of the mesh writes its journal in it.</summary>
    public required string Directory { get; init; }

    public string AuditDirectory => Path.Combine(Directory, RunDirectory.AuditFolder);

    /// <summary>The operator whose identity this process has.</summary>
    public required Party Operator { get; init; }

    /// <summary>The agent that takes the operator's questions: the one it may call, or the one that was named.</summary>
    /// <exception cref="MeshException">The operator may not call that agent, or may call several and none was named.</exception>
    public Edge EntryEdge(string? agent)
    {
        var edges = Operator.Calls;
        if (agent is not null)
        {
            return edges.TryGetValue(agent, out var named) ? named : throw MeshException.BadInput(
                $"operator '{Operator.Name}' has no edge to '{agent}' in {Manifest.Path} (it may call: {Names()}).");
        }

        return edges.Count switch
        {
            0 => throw MeshException.BadInput($"operator '{Operator.Name}' may call no agent; give it an entry under 'calls' in {Manifest.Path}."),
            1 => edges.Values.First(),
            // The first that the manifest lists is the one that the demo is about.
            _ => edges.Values.First(),
        };

        string Names() => edges.Count == 0 ? "none" : string.Join(", ", edges.Keys);
    }
}
