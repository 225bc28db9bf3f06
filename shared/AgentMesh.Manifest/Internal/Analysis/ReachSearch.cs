namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>Follows a compromised party's requests through the mesh, breadth first.</summary>
internal sealed class ReachSearch(Party root, int maxDepth)
{
    private readonly Dictionary<Edge, ReachedEdge> _reached = new(ReferenceEqualityComparer.Instance);
    private readonly List<ReachedEdge> _inOrder = [];
    private readonly Dictionary<(Edge, bool), int> _fewestActors = [];
    private readonly Queue<Call> _calls = [];

    public ReachReport Run(IReadOnlyList<string> liveScopes)
    {
        foreach (var edge in root.Calls.Values.Where(edge => edge.When.Count == 0))
            Use(edge, actors: 0, rootActs: true, through: null);

        // With the token it was called with as subject, the party is itself the first actor of what it asks for.
        if (root.Authentication == EdgeAuthentication.OAuth && liveScopes.Count > 0)
            GoOn(root, liveScopes, actors: 1, rootActs: true, through: null);

        while (_calls.TryDequeue(out var call))
        {
            var callee = call.Edge.Edge.Callee;
            if (callee.Authentication == EdgeAuthentication.OAuth)
            {
                GoOn(callee, call.Edge.Scopes, call.Actors + 1, call.RootActs, call.Edge);
                continue;
            }

            // No token came, so what this agent does next it does on its own behalf, in a chain that the root is not in.
            foreach (var edge in callee.Calls.Values.Where(edge => edge.When.Count == 0))
                Use(edge, actors: 0, rootActs: callee == root, call.Edge);
        }

        return new(root, liveScopes, _inOrder.AsReadOnly());
    }

    private void GoOn(Party caller, IReadOnlyList<string> serving, int actors, bool rootActs, ReachedEdge? through)
    {
        foreach (var edge in caller.Calls.Values.Where(edge => edge.When.All(scope => serving.Contains(scope))))
            Use(edge, actors, rootActs || caller == root, through);
    }

    private void Use(Edge edge, int actors, bool rootActs, ReachedEdge? through)
    {
        var carriesChain = edge.Callee.Authentication == EdgeAuthentication.OAuth;
        if (carriesChain && (actors > maxDepth || (rootActs && edge.Callee == root)))
            return;
        if (_fewestActors.TryGetValue((edge, rootActs), out var fewest) && fewest <= actors)
            return;

        _fewestActors[(edge, rootActs)] = actors;
        var reached = new ReachedEdge(edge, through);
        if (_reached.TryAdd(edge, reached))
            _inOrder.Add(reached);
        if (reached.Scopes.Count > 0)
            _calls.Enqueue(new(reached, actors, rootActs));
    }

    /// <param name="Edge">The edge that was used.</param>
    /// <param name="Actors">How deep <c>act</c> nests in the token that was sent.</param>
    /// <param name="RootActs">Whether the compromised party is in that token's chain.</param>
    private readonly record struct Call(ReachedEdge Edge, int Actors, bool RootActs);
}
