using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.A2A.Internal;

/// <summary>A part is a one-of by field name: exactly one content member, and JSON null is content for <c>data</c>.</summary>
internal sealed class PartConverter : JsonConverter<Part>
{
    public override Part Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A part is a JSON object.");
        var part = new Part();
        var contents = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "data")
            {
                part = part with { Data = JsonElement.ParseValue(ref reader) };
                contents++;
                continue;
            }
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            switch (name)
            {
                case "text":
                    part = part with { Text = ReadString(ref reader, "text") };
                    contents++;
                    break;
                case "url":
                    part = part with { Url = ReadString(ref reader, "url") };
                    contents++;
                    break;
                case "raw":
                    part = part with { Raw = ReadBytes(ReadString(ref reader, "raw")) };
                    contents++;
                    break;
                case "mediaType":
                    part = part with { MediaType = ReadString(ref reader, "mediaType") };
                    break;
                case "filename":
                    part = part with { Filename = ReadString(ref reader, "filename") };
                    break;
                case "metadata":
                    part = part with { Metadata = JsonSerializer.Deserialize(ref reader, A2AJson.Default.IReadOnlyDictionaryStringJsonElement) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return contents == 1 ? part : throw new JsonException("A part has exactly one of text, data, raw and url.");
    }

    public override void Write(Utf8JsonWriter writer, Part value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Text is { } text)
            writer.WriteString("text"u8, text);
        else if (value.Data is { } data)
        {
            writer.WritePropertyName("data"u8);
            data.WriteTo(writer);
        }
        else if (value.Raw is { } raw)
            writer.WriteBase64String("raw"u8, raw.Span);
        else if (value.Url is { } url)
            writer.WriteString("url"u8, url);
        if (value.MediaType is { Length: > 0 } mediaType)
            writer.WriteString("mediaType"u8, mediaType);
        if (value.Filename is { Length: > 0 } filename)
            writer.WriteString("filename"u8, filename);
        if (value.Metadata is { } metadata)
        {
            writer.WritePropertyName("metadata"u8);
            JsonSerializer.Serialize(writer, metadata, A2AJson.Default.IReadOnlyDictionaryStringJsonElement);
        }
        writer.WriteEndObject();
    }

    private static string ReadString(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"{name} of a part is a string.");

    /// <summary>ProtoJSON takes both alphabets of base64, with or without padding.</summary>
    private static byte[] ReadBytes(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text.Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException)
        {
            throw new JsonException("raw of a part is base64.");
        }
    }
}
