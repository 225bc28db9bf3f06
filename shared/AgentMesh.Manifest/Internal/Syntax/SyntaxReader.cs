using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>Reads JSON (RFC 8259, with comments and trailing commas) into nodes that know their line and column.</summary>
internal ref struct SyntaxReader
{
    private readonly DiagnosticBag _diagnostics;
    private readonly TextPool _pool;
    private readonly MemberStack _members = new();
    private readonly List<SyntaxNode> _items = [];
    private Utf8JsonReader _json;
    private TextCursor _cursor;

    private SyntaxReader(ReadOnlySpan<byte> text, DiagnosticBag diagnostics)
    {
        _diagnostics = diagnostics;
        _cursor = new TextCursor(text);
        _pool = new TextPool(text.Length);
        _json = new Utf8JsonReader(text, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = Limits.Nesting,
        });
    }

    /// <summary>Null when the text is not JSON; the diagnostics then say why.</summary>
    public static SyntaxNode? Read(ReadOnlySpan<byte> text, DiagnosticBag diagnostics)
    {
        try
        {
            var reader = new SyntaxReader(text, diagnostics);
            if (!reader._json.Read())
                return null;
            var root = reader.ReadValue();
            // Reads to the end, so that anything behind the value is found.
            while (reader._json.Read())
            {
            }

            return root;
        }
        catch (JsonException exception)
        {
            diagnostics.Error(SyntaxError.Locate(text, exception), SyntaxError.Describe(text, exception));
            return null;
        }
    }

    private SyntaxNode ReadValue()
    {
        var position = _cursor.MoveTo((int)_json.TokenStartIndex);
        return _json.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(position),
            JsonTokenType.StartArray => ReadArray(position),
            JsonTokenType.String => new(SyntaxKind.String, position) { Text = ReadText(position) },
            JsonTokenType.Number => new(SyntaxKind.Number, position) { Text = Encoding.UTF8.GetString(_json.ValueSpan) },
            JsonTokenType.True or JsonTokenType.False => new(SyntaxKind.Boolean, position),
            _ => new(SyntaxKind.Null, position),
        };
    }

    private SyntaxNode ReadObject(ManifestPosition position)
    {
        var scope = _members.Begin();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            var at = _cursor.MoveTo((int)_json.TokenStartIndex);
            var name = ReadText(at);
            _json.Read();
            var value = ReadValue();
            if (!_members.TryAdd(ref scope, new(name, at, value), out var first))
                _diagnostics.Error(at, $"{Quote.Text(name)} stands here a second time; the first is at {first}. Merge them into one.");
        }

        return new(SyntaxKind.Object, position) { Members = _members.End(scope) };
    }

    private SyntaxNode ReadArray(ManifestPosition position)
    {
        var start = _items.Count;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            _items.Add(ReadValue());
        SyntaxNode[] items = [.. CollectionsMarshal.AsSpan(_items)[start..]];
        CollectionsMarshal.SetCount(_items, start);
        return new(SyntaxKind.Array, position) { Items = items };
    }

    private readonly string ReadText(ManifestPosition position)
    {
        try
        {
            return (_json.ValueIsEscaped ? null : _pool.Get(_json.ValueSpan)) ?? _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The reader accepts \ud800 as syntax, but no text can hold it.
            _diagnostics.Error(position, "This string holds half of a surrogate pair (\\ud800 to \\udfff). Write the character itself.");
            return "";
        }
    }
}
