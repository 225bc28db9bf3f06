namespace AgentMesh.Auth.AspNetCore;

/// <summary>A party of the mesh that calls with Entra's tokens: what its edge lets it ask for, and by which app role.</summary>
internal sealed class EntraCaller
{
    private readonly (string Role, string Scope)[] _grants;

    public EntraCaller(string name, IDictionary<string, string> roles, MeshIdentity identity)
    {
        if (!identity.Manifest.TryGetEdge(name, identity.Party.Name, out var edge))
            throw new ArgumentException($"The manifest has no edge from {name}.", nameof(name));
        SpiffeId = edge.Caller.SpiffeId;
        // Of the edge's scopes only: a role beyond it gives nothing. What needs a person's approval, no role can give.
        _grants = [.. edge.ScopesWithoutApproval.Select(scope => (roles.TryGetValue(scope, out var role) ? role : scope, scope))];
    }

    public string SpiffeId { get; }

    public ScopeSet ScopesOf(IReadOnlyCollection<string> roles) => ScopeSet.Of(_grants.Where(g => roles.Contains(g.Role)).Select(static g => g.Scope));
}
