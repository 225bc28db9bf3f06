using AgentMesh.Manifest;

namespace AgentMesh.Benchmarks.Manifest;

/// <summary>One question to the policy, as the authorization server asks it.</summary>
internal sealed record ManifestQuestion(string Caller, string Callee, string Scopes, string Serving, PolicyOutcome Expected)
{
    /// <summary>Questions all over the mesh in an order that no cache likes: of each ten, seven allowed, and three refused for three reasons.</summary>
    public static ManifestQuestion[] Make(int count)
    {
        var random = new Random(20260724);
        return [.. Enumerable.Range(0, count).Select(number => Make(number, random.Next(ManifestLarge.Agents), random.Next(ManifestLarge.EdgesPerAgent)))];
    }

    private static ManifestQuestion Make(int number, int agent, int edge)
    {
        var callee = ManifestLarge.Callee(agent, edge);
        var scopes = $"{ManifestLarge.Scope(callee)} {ManifestLarge.Scope(callee + edge + 1)}";
        var serving = $"{ManifestLarge.Scope(agent + 7)} {ManifestLarge.Scope(agent)}";
        return (number % 10) switch
        {
            7 => new(Id(agent), Id(agent), scopes, serving, PolicyOutcome.NoEdge),
            8 => new(Id(agent), Id(callee), "domain-0.write", serving, PolicyOutcome.ScopeNotGranted),
            9 => new(Id(agent), "spiffe://large.example.org/agent/agent-1", scopes, serving, PolicyOutcome.UnknownCallee),
            _ => new(Id(agent), Id(callee), scopes, serving, PolicyOutcome.Allowed),
        };
    }

    private static string Id(int agent) => "spiffe://large.example.org/agent/" + ManifestLarge.Name(agent);
}
