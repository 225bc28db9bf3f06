using AgentMesh.Manifest.Internal;

namespace AgentMesh.Manifest;

/// <summary>One caller's permission to call one agent.</summary>
public sealed class Edge
{
    private readonly ScopeSet _scopes;
    private readonly ScopeSet _when;

    internal Edge(Party caller, Party callee, ScopeSet scopes, ScopeSet when, ManifestPosition position)
    {
        Caller = caller;
        Callee = callee;
        Position = position;
        _scopes = scopes;
        _when = when;
    }

    /// <summary>Who may call.</summary>
    public Party Caller { get; }

    /// <summary>Who may be called; always an agent.</summary>
    public Party Callee { get; }

    /// <summary>The scopes that may be asked for; at least one.</summary>
    public IReadOnlyList<string> Scopes => _scopes.Names;

    /// <summary>
    /// The scopes that need no person's approval: what is granted when a request names none. May be empty.
    /// </summary>
    public IReadOnlyList<string> ScopesWithoutApproval => _scopes.WithoutApproval;

    /// <summary>
    /// The scopes that the request being served must carry, all of them (zero standing privilege). Empty: an entry point, which the
    /// caller may use on its own behalf.
    /// </summary>
    public IReadOnlyList<string> When => _when.Names;

    /// <summary>Where the manifest grants it.</summary>
    public ManifestPosition Position { get; }

    /// <summary>
    /// Whether <paramref name="scope"/> (one scope, compared exactly) is on this edge. Allocates nothing. It is the whole question
    /// only at an <see cref="EdgeAuthentication.Mtls"/> callee; elsewhere <see cref="When"/> and approval count too, see
    /// <see cref="MeshManifest.Decide"/>.
    /// </summary>
    public bool Allows(ReadOnlySpan<char> scope) => _scopes.Find(scope) is not null;

    /// <summary>The edge as <c>advisor -> trader</c>.</summary>
    public override string ToString() => $"{Caller.Name} -> {Callee.Name}";

    internal ScopeDefinition? FindScope(ReadOnlySpan<char> scope) => _scopes.Find(scope);

    internal ReadOnlySpan<ScopeDefinition> ScopeDefinitions => _scopes.Definitions;

    internal ReadOnlySpan<ScopeDefinition> WhenDefinitions => _when.Definitions;
}
