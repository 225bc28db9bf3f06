using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Takes values of one kind from the syntax, or says what to write instead.</summary>
internal static class Expect
{
    public static bool Kind(SyntaxNode node, SyntaxKind kind, string what, DiagnosticBag diagnostics) =>
        node.Kind == kind || Refuse(node, kind, what, diagnostics);

    /// <summary>The member's string; null when it is absent or wrong.</summary>
    public static string? Text(SyntaxNode owner, string member, DiagnosticBag diagnostics)
    {
        if (owner.Find(member) is not { } node || !Member(node, SyntaxKind.String, member, diagnostics))
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
    public static SyntaxMember[] Entries(SyntaxNode owner, string member, DiagnosticBag diagnostics) =>
        owner.Find(member) is { } node && Member(node, SyntaxKind.Object, member, diagnostics) ? node.Members : [];

    /// <summary>The member's array of different strings; none when it is absent or wrong.</summary>
    public static SyntaxNode[] Texts(SyntaxNode owner, string member, DiagnosticBag diagnostics)
    {
        if (owner.Find(member) is not { } node || !Member(node, SyntaxKind.Array, member, diagnostics))
            return [];

        if (IsPlain(node.Items))
            return node.Items;

        var texts = new List<SyntaxNode>(node.Items.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Items)
        {
            if (item.Kind != SyntaxKind.String)
                Refuse(item, SyntaxKind.String, $"each item of {Quote.Text(member)}", diagnostics);
            else if (seen.Add(item.Text))
                texts.Add(item);
            else
                diagnostics.Error(item.Position, $"{Quote.Text(item.Text)} stands twice in {Quote.Text(member)}. Remove one.");
        }

        return [.. texts];
    }

    /// <summary>Whether these are one or two different strings, as nearly all arrays of a manifest are.</summary>
    private static bool IsPlain(SyntaxNode[] items) => items.Length switch
    {
        1 => items[0].Kind == SyntaxKind.String,
        2 => items[0].Kind == SyntaxKind.String && items[1].Kind == SyntaxKind.String && items[0].Text != items[1].Text,
        _ => false,
    };

    private static bool Member(SyntaxNode node, SyntaxKind kind, string member, DiagnosticBag diagnostics) =>
        node.Kind == kind || Refuse(node, kind, Quote.Text(member), diagnostics);

    private static bool Refuse(SyntaxNode node, SyntaxKind kind, string what, DiagnosticBag diagnostics)
    {
        var wanted = new SyntaxNode(kind, node.Position).KindInWords;
        diagnostics.Error(node.Position, $"This is {node.KindInWords}, but {what} must be {wanted}.");
        return false;
    }
}
