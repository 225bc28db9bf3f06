namespace AgentMesh.Manifest;

/// <summary>What a compromised party could reach.</summary>
/// <param name="From">The party.</param>
/// <param name="LiveScopes">The scopes of the request it was serving; empty when it was idle.</param>
/// <param name="Edges">Every edge that could be used, nearest first, each once by a shortest way.</param>
public sealed record ReachReport(Party From, IReadOnlyList<string> LiveScopes, IReadOnlyList<ReachedEdge> Edges)
{
    /// <summary>The agents that could be called without anybody's approval, nearest first.</summary>
    public IReadOnlyList<Party> Agents =>
        [.. Edges.Where(reached => reached.Scopes.Count > 0).Select(reached => reached.Edge.Callee).Where(callee => callee != From).Distinct()];
}
