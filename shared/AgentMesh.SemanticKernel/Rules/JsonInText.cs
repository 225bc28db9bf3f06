using System.Text;
using System.Text.Json;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Separates a text from the JSON objects and arrays that stand in it.</summary>
internal static class JsonInText
{
    // A text that only looks like JSON costs one try for each opening bracket.
    private const int MostTries = 64;

    /// <summary>The text without its JSON, and the JSON.</summary>
    public static (string Prose, IReadOnlyList<JsonElement> Values) Split(string text)
    {
        var prose = new StringBuilder(text.Length);
        var values = new List<JsonElement>();
        var tries = 0;
        var at = 0;
        while (at < text.Length)
        {
            var open = text.AsSpan(at).IndexOfAny('{', '[');
            if (open < 0 || ++tries > MostTries)
                break;
            prose.Append(text, at, open);
            at += open;
            if (TryRead(text.AsSpan(at), out var value, out var length))
            {
                values.Add(value);
                prose.Append(' ');
                at += length;
            }
            else
            {
                prose.Append(text[at++]);
            }
        }
        return (prose.Append(text, at, text.Length - at).ToString(), values);
    }

    private static bool TryRead(ReadOnlySpan<char> text, out JsonElement value, out int length)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            value = JsonElement.ParseValue(ref reader);
            length = Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)reader.BytesConsumed));
            return true;
        }
        catch (JsonException)
        {
            (value, length) = (default, 0);
            return false;
        }
    }
}
