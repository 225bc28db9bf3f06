namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>Follows a compromised party's requests through the mesh, breadth first.</summary>
internal sealed class ReachSearch(Party root, int maxDepth)
{
    private readonly Dictionary<Edge, ReachedEdge> _reached = new(ReferenceEqualityComparer.Instance);
    private readonly List<ReachedEdge> _inOrder = [];
    private readonly Dictionary<(Edge, bool), List<(IReadOnlyList<string> Scopes, int Actors)>> _seen = [];
    private readonly Queue<Call> _calls = [];

    public ReachReport Run(IReadOnlyList<string> liveScopes)
    {
        UseAll(root, [], actors: 0, rootActs: true, through: null);

        // With the token it was called with as subject, the party is itself the first actor of what it asks for.
        if (root.Authentication == EdgeAuthentication.OAuth && liveScopes.Count > 0)
            UseAll(root, liveScopes, actors: 1, rootActs: true, through: null);

        while (_calls.TryDequeue(out var call))
        {
            var callee = call.Edge.Edge.Callee;
            if (callee.Authentication == EdgeAuthentication.OAuth)
                UseAll(callee, call.Scopes, call.Actors + 1, call.RootActs || callee == root, call.Edge);
            else // No token came, so what this agent does next it does on its own behalf, in a chain that the root is not in.
                UseAll(callee, [], actors: 0, rootActs: callee == root, call.Edge);
        }

        return new(root, liveScopes, _inOrder.AsReadOnly());
    }

    private void UseAll(Party caller, IReadOnlyList<string> serving, int actors, bool rootActs, ReachedEdge? through)
    {
        foreach (var edge in caller.Calls.Values.Where(edge => edge.When.All(scope => serving.Contains(scope))))
            Use(edge, serving, actors, rootActs, through);
    }

    private void Use(Edge edge, IReadOnlyList<string> serving, int actors, bool rootActs, ReachedEdge? through)
    {
        var carriesChain = edge.Callee.Authentication == EdgeAuthentication.OAuth;
        if (carriesChain && (actors > maxDepth || (rootActs && edge.Callee == root)))
            return;

        var justified = edge.HasWhen ? [.. edge.Scopes.Where(scope => edge.WhenOf(scope).All(needed => serving.Contains(needed)))] : edge.Scopes;
        if (justified.Count == 0 || IsCovered(edge, justified, actors, rootActs))
            return;

        if (!_reached.TryGetValue(edge, out var reached))
            _inOrder.Add(_reached[edge] = reached = new(edge, through));

        // Another way may justify what the shortest does not; a token of the one carries nothing of the other.
        IReadOnlyList<string> granted = [.. justified.Where(edge.ScopesWithoutApproval.Contains)];
        reached.Scopes = InOrderOf(edge, reached.Scopes.Concat(granted));
        reached.ScopesWithApproval = InOrderOf(edge, reached.ScopesWithApproval.Concat(justified.Except(granted)));
        if (granted.Count > 0)
            _calls.Enqueue(new(reached, granted, actors, rootActs));
    }

    /// <summary>Whether the edge was used with no more actors for at least these scopes; if not, it is remembered now.</summary>
    private bool IsCovered(Edge edge, IReadOnlyList<string> scopes, int actors, bool rootActs)
    {
        if (!_seen.TryGetValue((edge, rootActs), out var seen))
            _seen[(edge, rootActs)] = seen = [];
        if (seen.Exists(each => each.Actors <= actors && scopes.All(each.Scopes.Contains)))
            return true;

        seen.RemoveAll(each => each.Actors >= actors && each.Scopes.All(scopes.Contains));
        seen.Add((scopes, actors));
        return false;
    }

    private static IReadOnlyList<string> InOrderOf(Edge edge, IEnumerable<string> scopes) => [.. edge.Scopes.Intersect(scopes)];

    /// <param name="Edge">The edge that was used.</param>
    /// <param name="Scopes">What the token that was sent carries.</param>
    /// <param name="Actors">How deep <c>act</c> nests in it.</param>
    /// <param name="RootActs">Whether the compromised party is in its chain.</param>
    private readonly record struct Call(ReachedEdge Edge, IReadOnlyList<string> Scopes, int Actors, bool RootActs);
}
