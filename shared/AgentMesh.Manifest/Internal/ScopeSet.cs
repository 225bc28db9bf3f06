using System.Collections.ObjectModel;

namespace AgentMesh.Manifest.Internal;

/// <summary>An ordered set of scopes, shared by all edges that name the same ones.</summary>
internal sealed class ScopeSet
{
    private readonly ScopeDefinition[] _definitions;

    public ScopeSet(ScopeDefinition[] definitions)
    {
        _definitions = definitions;
        Names = Array.AsReadOnly(Array.ConvertAll(definitions, scope => scope.Name));
        WithoutApproval = Array.Exists(definitions, scope => scope.NeedsApproval)
            ? Array.AsReadOnly([.. definitions.Where(scope => !scope.NeedsApproval).Select(scope => scope.Name)])
            : Names;
    }

    public static ScopeSet Empty { get; } = new([]);

    public ReadOnlySpan<ScopeDefinition> Definitions => _definitions;

    public ReadOnlyCollection<string> Names { get; }

    public ReadOnlyCollection<string> WithoutApproval { get; }

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
}
