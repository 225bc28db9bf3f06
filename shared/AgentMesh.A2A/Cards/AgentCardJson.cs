using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>Cards as JSON.</summary>
public static class AgentCardJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>The card as UTF-8 JSON.</summary>
    public static byte[] Serialize(AgentCard card) => JsonSerializer.SerializeToUtf8Bytes(card, A2AJson.Default.AgentCard);

    /// <summary>Reads a card. Unknown members are ignored; missing ones have their defaults; duplicate ones are refused.</summary>
    /// <exception cref="JsonException">It is no card.</exception>
    public static AgentCard Parse(ReadOnlyMemory<byte> json)
    {
        using var document = ParseDocument(json);
        return document.RootElement.Deserialize(A2AJson.Default.AgentCard) ?? throw new JsonException("An agent card is a JSON object.");
    }

    internal static JsonDocument ParseDocument(ReadOnlyMemory<byte> json)
    {
        var document = JsonDocument.Parse(json, Strict);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new JsonException("An agent card is a JSON object.");
    }
}
