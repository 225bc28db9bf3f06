using System.Text.Json;
using AgentMesh.Manifest.Internal.Reading;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>What System.Text.Json says about broken JSON, with a column in characters and a way out.</summary>
internal static class SyntaxError
{
    public static ManifestPosition Locate(ReadOnlySpan<byte> text, JsonException exception)
    {
        var offset = 0;
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
        {
            var newLine = text[offset..].IndexOf((byte)'\n');
            if (newLine < 0)
                break;
            offset += newLine + 1;
        }

        var rest = text[offset..];
        var end = rest.IndexOf((byte)'\n');
        var length = end < 0 ? rest.Length : end;
        offset += (int)Math.Min(exception.BytePositionInLine ?? 0, length);
        while (offset < text.Length && (text[offset] & 0xC0) == 0x80)
            offset--;
        return new TextCursor(text).MoveTo(offset);
    }

    public static string Describe(ReadOnlySpan<byte> text, JsonException exception)
    {
        if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return "The file is empty. Begin with { \"trustDomain\": \"example.org\", \"scopes\": {}, \"agents\": {} }.";
        if (text.Contains((byte)0))
            return "The file holds NUL bytes, so it is not a text. A manifest is JSON in UTF-8.";

        var message = exception.Message;
        var suffix = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (suffix >= 0)
            message = message[..suffix];
        return message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? $"Nested deeper than {Limits.Nesting} levels. A manifest needs six."
            : $"Not JSON from here on: {Quote.Clean(message)} Look for a missing comma, quote or bracket just before.";
    }
}
