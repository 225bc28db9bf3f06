using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace AgentMesh.A2A.Internal;

/// <summary>Strings in JSON that was taken as it came.</summary>
internal static class JsonStrings
{
    private const int MaxDepth = 1000;

    /// <summary>
    /// Whether all of them are text. JSON's grammar allows half of a surrogate pair (RFC 8259 §8.2), which is no character: it can be parsed, and not written again.
    /// </summary>
    public static bool AreText(JsonElement element)
    {
        var json = JsonMarshal.GetRawUtf8Value(element);
        if (!Utf8.IsValid(json))
            return false;
        // Half of a pair is always escaped, and hardly any JSON has such an escape.
        if (json.IndexOf(@"\ud"u8) < 0 && json.IndexOf(@"\uD"u8) < 0)
            return true;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
                if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
