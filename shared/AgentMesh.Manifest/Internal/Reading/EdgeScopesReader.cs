using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the member <c>scopes</c> of edges, in which a scope may stand with a condition of its own.</summary>
internal sealed class EdgeScopesReader(ScopesReader scopes, DiagnosticBag diagnostics)
{
    public ScopeSet Read(SyntaxNode edge)
    {
        // Nearly all edges have none, and share what they name.
        if (edge.Find("scopes") is not { Kind: SyntaxKind.Array } array || !Array.Exists(array.Items, item => item.Kind == SyntaxKind.Object))
            return scopes.Resolve(edge, "scopes");

        scopes.CheckCount(array, "scopes");
        var definitions = new List<ScopeDefinition>(array.Items.Length);
        var conditions = new List<ScopeSet>(array.Items.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in array.Items)
        {
            var condition = ReadCondition(item);
            if (NameIn(item) is not { } name || !Expect.Kind(name, SyntaxKind.String, "a scope", diagnostics))
                continue;
            if (!seen.Add(name.Text))
            {
                diagnostics.Error(name.Position, $"{Quote.Text(name.Text)} stands twice in \"scopes\". Remove one.");
            }
            else if (scopes.Find(name) is { } scope)
            {
                definitions.Add(scope);
                conditions.Add(condition);
            }
        }

        return new([.. definitions], [.. conditions]);
    }

    /// <summary>The node that names the scope of one item: the item itself, or its member <c>scope</c>.</summary>
    public static SyntaxNode? NameIn(SyntaxNode item) => item.Kind == SyntaxKind.Object ? item.Find("scope") : item;

    /// <summary>The conditions of an edge's scopes, as they stand there.</summary>
    public static IEnumerable<SyntaxNode> ConditionsIn(SyntaxNode edge) =>
        (edge.Find("scopes")?.Items ?? []).Select(item => item.Find("when")).OfType<SyntaxNode>();

    private ScopeSet ReadCondition(SyntaxNode item)
    {
        if (item.Kind != SyntaxKind.Object)
            return ScopeSet.Empty;

        ObjectShape.ConditionalScope.Check(item, diagnostics);
        return scopes.Resolve(item, "when");
    }
}
