using System.Text.Json.Serialization;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>RFC 8936 §2.4: what the receiver asks.</summary>
internal sealed record EventPoll(
    [property: JsonPropertyName("ack")] IReadOnlyList<string> Acknowledged,
    [property: JsonPropertyName("setErrs")] IReadOnlyDictionary<string, EventFault>? Faults,
    [property: JsonPropertyName("returnImmediately")] bool ReturnImmediately);

/// <summary>RFC 8936 §2.6: why an event was not used.</summary>
internal sealed record EventFault([property: JsonPropertyName("err")] string Code, [property: JsonPropertyName("description")] string Description);

/// <summary>RFC 8936 §2.5: what the transmitter answers.</summary>
internal sealed record EventBatch(
    [property: JsonPropertyName("sets")] IReadOnlyDictionary<string, string>? Sets,
    [property: JsonPropertyName("moreAvailable")] bool MoreAvailable);

[JsonSourceGenerationOptions(MaxDepth = 8, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventPoll))]
[JsonSerializable(typeof(EventBatch))]
internal sealed partial class EventJson : JsonSerializerContext;
