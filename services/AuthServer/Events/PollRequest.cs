using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.AuthServer.Events;

/// <summary>RFC 8936 §2.4.</summary>
internal sealed record PollRequest
{
    /// <summary>At most this many events; 0: acknowledge only.</summary>
    [JsonPropertyName("maxEvents")]
    public int? MaxEvents { get; init; }

    /// <summary>True: answer at once even when there is nothing.</summary>
    [JsonPropertyName("returnImmediately")]
    public bool ReturnImmediately { get; init; }

    [JsonPropertyName("ack")]
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    /// <summary>Events that the receiver could not use, with why. They are not sent again.</summary>
    [JsonPropertyName("setErrs")]
    public IReadOnlyDictionary<string, JsonElement>? Errors { get; init; }
}
