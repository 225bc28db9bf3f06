namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>How deep the chain of actors is at least when an edge is used.</summary>
internal static class ChainDepth
{
    /// <summary>The edges that some chain gets to, but none of at most <paramref name="maxDepth"/> actors.</summary>
    public static IEnumerable<Edge> Beyond(int maxDepth, IEnumerable<Edge> edges)
    {
        var least = new Dictionary<Edge, int>(ReferenceEqualityComparer.Instance);
        var queue = new Queue<Edge>();
        foreach (var edge in edges.Where(edge => edge.IsEntryPoint))
        {
            least.Add(edge, 0);
            queue.Enqueue(edge);
        }

        // Breadth first, so the first depth found is the least. Approved scopes count as granted here, and so do those with a condition.
        while (queue.TryDequeue(out var edge))
        {
            if (edge.Callee.Authentication == EdgeAuthentication.Mtls)
                continue;
            foreach (var next in edge.Callee.Calls.Values.Where(next => CanFollow(edge, next)))
            {
                if (least.TryAdd(next, least[edge] + 1))
                    queue.Enqueue(next);
            }
        }

        return least.Where(each => each.Value > maxDepth).Select(each => each.Key);
    }

    private static bool CanFollow(Edge edge, Edge next) =>
        next.When.All(scope => edge.Allows(scope)) && next.Scopes.Any(wanted => next.WhenOf(wanted).All(scope => edge.Allows(scope)));
}
