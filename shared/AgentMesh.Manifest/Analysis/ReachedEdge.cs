namespace AgentMesh.Manifest;

/// <summary>An edge that a compromised party could use, itself or through others.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="Through">The edge by which the request came to this edge's caller; null where the compromised party calls itself.</param>
public sealed record ReachedEdge(Edge Edge, ReachedEdge? Through)
{
    /// <summary>How many calls it takes, from 1.</summary>
    public int Hops { get; } = (Through?.Hops ?? 0) + 1;

    /// <summary>The scopes to be had without a person, by any way. May be empty.</summary>
    public IReadOnlyList<string> Scopes { get; internal set; } = [];

    /// <summary>The scopes that would still need a person's approval of the very action.</summary>
    public IReadOnlyList<string> ScopesWithApproval { get; internal set; } = [];

    /// <summary>The way there, for example <c>advisor -> trader -> risk-analyst</c>.</summary>
    public override string ToString() => Through is null ? Edge.ToString() : $"{Through} -> {Edge.Callee.Name}";
}
