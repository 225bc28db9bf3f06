namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>A JSON value that remembers where it stands, which System.Text.Json's own documents do not.</summary>
internal sealed class SyntaxNode(SyntaxKind kind, ManifestPosition position)
{
    // One field for three kinds of value: a large manifest has a million nodes.
    private readonly object? _value;

    public SyntaxKind Kind => kind;

    public ManifestPosition Position => position;

    /// <summary>A string's value or a number's digits.</summary>
    public string Text
    {
        get => _value as string ?? "";
        init => _value = value;
    }

    /// <summary>An object's members, in order; of members with the same name only the first.</summary>
    public SyntaxMember[] Members
    {
        get => _value as SyntaxMember[] ?? [];
        init => _value = value;
    }

    public SyntaxNode[] Items
    {
        get => _value as SyntaxNode[] ?? [];
        init => _value = value;
    }

    /// <summary>Linear: for objects with a fixed set of members, not for those keyed by name.</summary>
    public SyntaxNode? Find(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name == name)
                return member.Value;
        }

        return null;
    }

    public string KindInWords => kind switch
    {
        SyntaxKind.Object => "an object",
        SyntaxKind.Array => "an array",
        SyntaxKind.String => "a string",
        SyntaxKind.Number => "a number",
        SyntaxKind.Boolean => "true or false",
        _ => "null",
    };
}
