using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Reads where a token comes from: who acts, and which tokens it was exchanged from.</summary>
internal static class TokenChain
{
    private const int MaxLength = 32;

    /// <summary><c>act</c> nests: the outermost is the current actor (RFC 8693 §4.1).</summary>
    public static bool ReadActors(ref Utf8JsonReader reader, List<string> actors)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        var place = actors.Count;
        if (place >= MaxLength)
            return false;
        actors.Add("");
        var nested = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("sub"u8))
            {
                if (actors[place].Length > 0 || !reader.Read() || reader.TokenType != JsonTokenType.String || reader.GetString() is not { Length: > 0 } actor)
                    return false;
                actors[place] = actor;
            }
            else if (reader.ValueTextEquals("act"u8))
            {
                if (nested || !ReadActors(ref reader, actors))
                    return false;
                nested = true;
            }
            else
            {
                reader.Skip();
            }
        }
        return reader.TokenType == JsonTokenType.EndObject && actors[place].Length > 0;
    }

    /// <summary><c>ancestors</c>: an array of the <c>jti</c>s, nearest first.</summary>
    public static bool ReadAncestors(ref Utf8JsonReader reader, List<string> ancestors)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            if (ancestors.Count >= MaxLength || reader.GetString() is not { Length: > 0 } ancestor)
                return false;
            ancestors.Add(ancestor);
        }
        return reader.TokenType == JsonTokenType.EndArray;
    }
}
