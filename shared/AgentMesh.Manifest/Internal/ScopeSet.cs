using System.Collections.ObjectModel;

namespace AgentMesh.Manifest.Internal;

/// <summary>An ordered set of scopes, each perhaps with a condition of its own, shared by all edges that name the same ones without any.</summary>
internal sealed class ScopeSet
{
    private readonly ScopeDefinition[] _definitions;
    private readonly ScopeSet[]? _conditions;

    /// <param name="definitions">The scopes.</param>
    /// <param name="conditions">What the request being served must carry for each of them; null when none has a condition.</param>
    public ScopeSet(ScopeDefinition[] definitions, ScopeSet[]? conditions = null)
    {
        _definitions = definitions;
        _conditions = conditions;
        Names = Array.AsReadOnly(Array.ConvertAll(definitions, scope => scope.Name));
        WithoutApproval = Array.Exists(definitions, scope => scope.NeedsApproval)
            ? Array.AsReadOnly([.. definitions.Where(scope => !scope.NeedsApproval).Select(scope => scope.Name)])
            : Names;
    }

    public static ScopeSet Empty { get; } = new([]);

    public ReadOnlySpan<ScopeDefinition> Definitions => _definitions;

    public ReadOnlyCollection<string> Names { get; }

    public ReadOnlyCollection<string> WithoutApproval { get; }

    public bool HasConditions => _conditions is not null;

    /// <summary>Whether one of the scopes has no condition.</summary>
    public bool HasUnconditional => _conditions is null ? _definitions.Length > 0 : Array.Exists(_conditions, condition => condition._definitions.Length == 0);

    /// <summary>Linear, for a set has at most <see cref="Reading.Limits.ScopesPerEdge"/> members and mostly one or two.</summary>
    public ScopeDefinition? Find(ReadOnlySpan<char> scope)
    {
        foreach (var definition in _definitions)
        {
            if (scope.SequenceEqual(definition.Name))
                return definition;
        }

        return null;
    }

    /// <summary>What the request being served must carry for one of the scopes; mostly nothing.</summary>
    public ScopeSet ConditionOf(ScopeDefinition scope) => _conditions is null ? Empty : _conditions[Array.IndexOf(_definitions, scope)];

    /// <summary>The first of the scopes that is not in a space-delimited list; null when all are. Allocates nothing.</summary>
    public string? MissingIn(ReadOnlySpan<char> scopes)
    {
        foreach (var required in _definitions)
        {
            if (!ScopeList.Contains(scopes, required.Name))
                return required.Name;
        }

        return null;
    }
}
