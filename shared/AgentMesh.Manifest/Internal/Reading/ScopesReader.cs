using System.Buffers;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the member <c>scopes</c>, and resolves lists of scopes against it.</summary>
internal sealed class ScopesReader(DiagnosticBag diagnostics)
{
    public static readonly string[] Approvals = ["human"];

    private readonly Dictionary<string, ScopeDefinition> _scopes = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<char> _key = new();
    private readonly Dictionary<string, ScopeSet> _sets = new(StringComparer.Ordinal) { [""] = ScopeSet.Empty };

    public IReadOnlyDictionary<string, ScopeDefinition> Scopes => _scopes.AsReadOnly();

    public void Read(SyntaxNode root)
    {
        foreach (var (name, position, node) in Expect.Entries(root, "scopes", diagnostics))
        {
            Names.CheckScope(name, position, diagnostics);
            var isObject = ObjectShape.Scope.Check(node, diagnostics);
            var description = isObject ? Expect.Text(node, "description", diagnostics) : null;
            if (description is not null && string.IsNullOrWhiteSpace(description))
                diagnostics.Error(node.Find("description")!.Position, $"Describe scope {Quote.Text(name)}: whoever approves or reviews it reads this.");
            var approval = isObject ? Expect.OneOf(node, "approval", Approvals, diagnostics) : null;
            _scopes.Add(name, new(name, description ?? "", approval is not null) { Position = position });
        }
    }

    /// <summary>The scopes that an edge's member names.</summary>
    public ScopeSet Resolve(SyntaxNode edge, string member)
    {
        var texts = Expect.Texts(edge, member, diagnostics);
        if (edge.Find(member) is { Kind: SyntaxKind.Array } array)
            CheckCount(array, member);

        if (_sets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(KeyOf(texts), out var set))
            return set;

        var definitions = new List<ScopeDefinition>(texts.Length);
        foreach (var text in texts)
        {
            if (Find(text) is { } scope)
                definitions.Add(scope);
        }

        set = new([.. definitions]);
        if (definitions.Count == texts.Length)
            _sets.Add(KeyOf(texts).ToString(), set);
        return set;
    }

    /// <summary>The scope of this name; null, and an error, when it is not defined.</summary>
    public ScopeDefinition? Find(SyntaxNode name)
    {
        if (_scopes.TryGetValue(name.Text, out var scope))
            return scope;
        if (!diagnostics.IsFull)
            diagnostics.Error(name.Position, $"{Quote.Text(name.Text)} is not defined under \"scopes\".{Suggestion.For(name.Text, _scopes.Keys)}");
        return null;
    }

    public void CheckCount(SyntaxNode array, string member)
    {
        if (array.Items.Length is 0 or > Limits.ScopesPerEdge)
            diagnostics.Error(array.Position, array.Items.Length == 0 ? Empty(member) : $"An edge has at most {Limits.ScopesPerEdge} scopes. Split what it allows.");
    }

    /// <summary>The scopes one after another; good until the next call.</summary>
    private ReadOnlySpan<char> KeyOf(SyntaxNode[] texts)
    {
        _key.ResetWrittenCount();
        foreach (var text in texts)
        {
            _key.Write(text.Text);
            _key.Write(" ");
        }

        return _key.WrittenSpan;
    }

    private static string Empty(string member) => member == "when"
        ? "An empty \"when\" would make this an entry point. Name the scopes that justify the call, or do without \"when\" if you mean that."
        : "An edge without scopes allows nothing. Name the scopes, or remove the edge.";
}
