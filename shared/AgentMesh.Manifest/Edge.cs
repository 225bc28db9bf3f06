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
    /// The scopes that need no person's approval. May be empty. What a request that names none is granted is <see cref="ScopesFor"/>.
    /// </summary>
    public IReadOnlyList<string> ScopesWithoutApproval => _scopes.WithoutApproval;

    /// <summary>
    /// The scopes that the request being served must carry, all of them (zero standing privilege). Empty: the caller may use the edge
    /// on its own behalf, with the scopes that have no <see cref="WhenOf"/> of their own.
    /// </summary>
    public IReadOnlyList<string> When => _when.Names;

    /// <summary>Whether the edge or one of its scopes has a <c>when</c>. Never so for an operator or an <see cref="EdgeAuthentication.Mtls"/> callee.</summary>
    public bool HasWhen => _when.Names.Count > 0 || _scopes.HasConditions;

    /// <summary>Whether a scope is to be had while serving nobody, with or without a person's approval: standing privilege.</summary>
    public bool IsEntryPoint => _when.Names.Count == 0 && _scopes.HasUnconditional;

    /// <summary>Where the manifest grants it.</summary>
    public ManifestPosition Position { get; }

    /// <summary>
    /// Whether <paramref name="scope"/> (one scope, compared exactly) is on this edge. Allocates nothing. It is the whole question
    /// only at an <see cref="EdgeAuthentication.Mtls"/> callee; elsewhere <see cref="When"/> and approval count too, see
    /// <see cref="MeshManifest.Decide"/>.
    /// </summary>
    public bool Allows(ReadOnlySpan<char> scope) => _scopes.Find(scope) is not null;

    /// <summary>
    /// The scopes that the request being served must carry for this one of the edge's, beyond <see cref="When"/>. Empty: none, or
    /// <paramref name="scope"/> is not on the edge.
    /// </summary>
    public IReadOnlyList<string> WhenOf(ReadOnlySpan<char> scope) => _scopes.Find(scope) is { } found ? _scopes.ConditionOf(found).Names : [];

    /// <summary>
    /// What is granted when a request names no scope: those that need no person's approval and that the request being served justifies.
    /// What is left out is not an error; the answer to the request names what was granted (RFC 6749 §3.3).
    /// </summary>
    /// <param name="serving">The scopes of the request that the caller is serving, space-delimited; empty when it serves none.</param>
    public IReadOnlyList<string> ScopesFor(ReadOnlySpan<char> serving) => _when.MissingIn(serving) is null ? Justified(serving) : [];

    /// <summary>The edge as <c>advisor -> trader</c>.</summary>
    public override string ToString() => $"{Caller.Name} -> {Callee.Name}";

    internal ScopeDefinition? FindScope(ReadOnlySpan<char> scope) => _scopes.Find(scope);

    internal ReadOnlySpan<ScopeDefinition> ScopeDefinitions => _scopes.Definitions;

    /// <summary>The first scope of <see cref="When"/> that <paramref name="serving"/> does not carry; null when it carries all.</summary>
    internal string? MissingIn(ReadOnlySpan<char> serving) => _when.MissingIn(serving);

    /// <summary>The first scope of one scope's own <c>when</c> that <paramref name="serving"/> does not carry; null when it carries all.</summary>
    internal string? MissingFor(ScopeDefinition scope, ReadOnlySpan<char> serving) => _scopes.ConditionOf(scope).MissingIn(serving);

    /// <summary>The scopes without approval whose own <c>when</c> is met; <see cref="When"/> is not looked at.</summary>
    internal IReadOnlyList<string> Justified(ReadOnlySpan<char> serving)
    {
        if (!_scopes.HasConditions)
            return _scopes.WithoutApproval;

        var justified = new List<string>(_scopes.Definitions.Length);
        foreach (var scope in _scopes.Definitions)
        {
            if (!scope.NeedsApproval && MissingFor(scope, serving) is null)
                justified.Add(scope.Name);
        }

        return justified.AsReadOnly();
    }
}
