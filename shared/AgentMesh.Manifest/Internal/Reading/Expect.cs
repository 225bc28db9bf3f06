using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Takes values of one kind from the syntax, or says what to write instead.</summary>
internal static class Expect
{
    public static bool Kind(SyntaxNode node, SyntaxKind kind, string what, DiagnosticBag diagnostics)
    {
        if (node.Kind == kind)
            return true;

        var wanted = new SyntaxNode(kind, node.Position).KindInWords;
        diagnostics.Error(node.Position, $"This is {node.KindInWords}, but {what} must be {wanted}.");
        return false;
    }

    /// <summary>The member's string; null when it is absent or wrong.</summary>
    public static string? Text(SyntaxNode owner, string member, DiagnosticBag diagnostics)
    {
        if (owner.Find(member) is not { } node || !Kind(node, SyntaxKind.String, Quote.Text(member), diagnostics))
            return null;
        if (node.Text.Length <= Limits.TextLength)
            return node.Text;

        diagnostics.Error(node.Position, $"{Quote.Text(member)} is longer than {Limits.TextLength} characters. Shorten it.");
        return null;
    }

    /// <summary>The member's string if it is one of <paramref name="choices"/>; null when it is absent or wrong.</summary>
    public static string? OneOf(SyntaxNode owner, string member, IReadOnlyList<string> choices, DiagnosticBag diagnostics)
    {
        if (Text(owner, member, diagnostics) is not { } text)
            return null;
        if (choices.Contains(text))
            return text;

        diagnostics.Error(owner.Find(member)!.Position, $"{Quote.Text(text)} is not a value of {Quote.Text(member)}.{Suggestion.For(text, choices)}");
        return null;
    }

    /// <summary>The member's object, whose members are keyed by name; none when it is absent or wrong.</summary>
    public static IReadOnlyList<SyntaxMember> Entries(SyntaxNode owner, string member, DiagnosticBag diagnostics) =>
        owner.Find(member) is { } node && Kind(node, SyntaxKind.Object, Quote.Text(member), diagnostics) ? node.Members : [];

    /// <summary>The member's array of different strings; none when it is absent or wrong.</summary>
    public static IReadOnlyList<SyntaxNode> Texts(SyntaxNode owner, string member, DiagnosticBag diagnostics)
    {
        if (owner.Find(member) is not { } node || !Kind(node, SyntaxKind.Array, Quote.Text(member), diagnostics))
            return [];

        var texts = new List<SyntaxNode>(node.Items.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Items)
        {
            if (!Kind(item, SyntaxKind.String, $"each item of {Quote.Text(member)}", diagnostics))
                continue;
            if (seen.Add(item.Text))
                texts.Add(item);
            else
                diagnostics.Error(item.Position, $"{Quote.Text(item.Text)} stands twice in {Quote.Text(member)}. Remove one.");
        }

        return texts;
    }
}
