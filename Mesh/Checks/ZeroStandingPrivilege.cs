using AgentMesh.Manifest;

namespace AgentMesh.Cli.Checks;

/// <summary>An agent that serves nobody can get no token: every edge that a token is issued for says what justifies it.</summary>
internal sealed class ZeroStandingPrivilege : ICheck
{
    private const string Name = "zero standing privilege";

    string ICheck.Name => Name;

    public Task<CheckResult> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var manifest = context.Mesh.Manifest;
        if (PolicyInForce.FindOther(Name, context) is { } other)
            return Task.FromResult(other);
        var edges = manifest.Agents.Values.SelectMany(agent => agent.Calls.Values).ToList();
        // Nothing carries the task to a callee that takes mTLS alone, nor from one.
        var standing = edges.Where(edge => edge.IsEntryPoint && edge.Callee.Authentication == EdgeAuthentication.OAuth).ToList();
        var open = edges.Where(edge => edge.IsEntryPoint && edge.Callee.Authentication == EdgeAuthentication.Mtls).ToList();
        List<string> evidence = [$"{edges.Count(edge => !edge.IsEntryPoint)} edges are justified by the request being served"];
        if (open.Count > 0)
            evidence.Add($"over mTLS alone, so always open: {string.Join(", ", open.Select(edge => $"{edge} [{string.Join(' ', edge.Scopes)}]"))}");
        var idle = manifest.Agents.Values.Select(agent => (agent.Name, Reached: PolicyAnalysis.Reach(manifest, agent, []).Agents));
        evidence.Add($"in reach of an idle, compromised agent: {string.Join("; ", idle.Select(agent => $"{agent.Name}: {(agent.Reached.Count == 0 ? "nobody" : string.Join(' ', agent.Reached.Select(reached => reached.Name)))}"))}");
        return Task.FromResult(standing.Count == 0
            ? CheckResult.Green(Name, evidence)
            : CheckResult.Red(Name, "Give each of these edges \"when\": the scopes of the request that justifies the call.", [.. standing.Select(edge => $"{edge} can be used at any time"), .. evidence]));
    }
}
