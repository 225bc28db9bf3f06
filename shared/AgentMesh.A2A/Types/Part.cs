using System.Text.Json;
using System.Text.Json.Serialization;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>
/// A piece of content (A2A §4.1.6). Exactly one of <see cref="Text"/>, <see cref="Data"/>, <see cref="Raw"/> and
/// <see cref="Url"/> is set; a part with none or several is refused when it is read.
/// </summary>
[JsonConverter(typeof(PartConverter))]
public sealed record Part
{
    /// <summary>Plain text.</summary>
    public string? Text { get; init; }

    /// <summary>Any JSON value; JSON null is a value, <see langword="null"/> is absence.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Bytes; base64 on the wire.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>Where the content can be fetched. Nothing in this library fetches it.</summary>
    public string? Url { get; init; }

    /// <summary>The media type of the content.</summary>
    public string? MediaType { get; init; }

    /// <summary>A name for the content when it is a file.</summary>
    public string? Filename { get; init; }

    /// <summary>Anything else about the part.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>The media type that counts: the one given, or what the kind of content implies.</summary>
    [JsonIgnore]
    public string EffectiveMediaType => MediaType switch
    {
        { Length: > 0 } given => given,
        _ when Text is not null => "text/plain",
        _ when Data is not null => "application/json",
        _ => "application/octet-stream",
    };

    /// <summary>A text part.</summary>
    public static Part FromText(string text) => new() { Text = text };

    /// <summary>A part that carries a JSON value.</summary>
    public static Part FromData(JsonElement data) => new() { Data = data };

    /// <summary>A part that carries bytes.</summary>
    public static Part FromRaw(ReadOnlyMemory<byte> bytes, string mediaType, string? filename = null) =>
        new() { Raw = bytes, MediaType = mediaType, Filename = filename };
}
