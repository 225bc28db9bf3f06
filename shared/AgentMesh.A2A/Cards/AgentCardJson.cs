using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>Cards as JSON.</summary>
public static class AgentCardJson
{
    /// <summary>How deep a card may be. Half of what JSON readers take by default, so that a card can also be read inside of what a registry answers.</summary>
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <summary>The card as UTF-8 JSON.</summary>
    public static byte[] Serialize(AgentCard card) => JsonSerializer.SerializeToUtf8Bytes(card, A2AJson.Default.AgentCard);

    /// <summary>Reads a card. Unknown members are ignored; missing ones have their defaults; duplicate ones are refused.</summary>
    /// <exception cref="JsonException">It is no card.</exception>
    public static AgentCard Parse(ReadOnlyMemory<byte> json)
    {
        using var document = ParseDocument(json);
        return Read(document);
    }

    internal static AgentCard Read(JsonDocument document)
    {
        var card = document.RootElement.Deserialize(A2AJson.Default.AgentCard)!;
        // Lists of messages have no null elements in ProtoJSON, and code that walks a card relies on it.
        if (Any(card.SupportedInterfaces) || Any(card.Skills) || Any(card.Signatures) || Any(card.SecurityRequirements) || Any(card.Capabilities.Extensions)
            || Any(card.DefaultInputModes) || Any(card.DefaultOutputModes) || card.Skills.Any(skill => Any(skill.Tags)))
            throw new JsonException("A list in the card has a null element.");
        return card;

        static bool Any(IEnumerable<object?>? list) => list?.Contains(null) == true;
    }

    internal static JsonDocument ParseDocument(ReadOnlyMemory<byte> json)
    {
        var document = ParseStrictly(json);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new JsonException("An agent card is a JSON object.");
    }

    private static JsonDocument ParseStrictly(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (InvalidOperationException exception)
        {
            // Looking for duplicate members, the parser reads their names.
            throw new JsonException("A member's name has a broken character.", exception);
        }
    }
}
