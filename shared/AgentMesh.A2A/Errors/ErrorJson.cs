using System.Text.Json;

namespace AgentMesh.A2A;

/// <summary>Writes and reads the details of errors, which both bindings share: objects with <c>@type</c> (A2A §9.5, §11.6).</summary>
internal static class ErrorJson
{
    private const string ErrorInfo = "type.googleapis.com/google.rpc.ErrorInfo";
    private const string BadRequest = "type.googleapis.com/google.rpc.BadRequest";
    private const string Domain = "a2a-protocol.org";

    /// <summary><c>{"code":…,"message":…,"data":[…]}</c></summary>
    public static void WriteJsonRpc(Utf8JsonWriter writer, A2AException error)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code"u8, (int)error.Code);
        writer.WriteString("message"u8, error.Message);
        writer.WritePropertyName("data"u8);
        WriteDetails(writer, error);
        writer.WriteEndObject();
    }

    /// <summary><c>{"error":{"code":404,"status":"NOT_FOUND","message":…,"details":[…]}}</c></summary>
    public static void WriteStatus(Utf8JsonWriter writer, A2AException error, int httpStatus)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, httpStatus);
        writer.WriteString("status"u8, error.Code.GrpcStatus());
        writer.WriteString("message"u8, error.Message);
        writer.WritePropertyName("details"u8);
        WriteDetails(writer, error);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, A2AException error)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("@type"u8, ErrorInfo);
        writer.WriteString("reason"u8, error.Code.Reason());
        writer.WriteString("domain"u8, Domain);
        if (error.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata"u8);
            foreach (var (key, value) in error.Metadata)
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        if (error.Violations.Count > 0)
        {
            writer.WriteStartObject();
            writer.WriteString("@type"u8, BadRequest);
            writer.WriteStartArray("fieldViolations"u8);
            foreach (var (field, description) in error.Violations)
            {
                writer.WriteStartObject();
                writer.WriteString("field"u8, field);
                writer.WriteString("description"u8, description);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Reads an error object of either binding.</summary>
    public static A2AException Read(JsonElement error, int httpStatus)
    {
        var message = Text(error, "message") ?? "The agent answered with an error.";
        var details = Member(error, "details") ?? Member(error, "data");
        var code = Member(error, "code") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value)
            ? A2AErrorCodes.FromNumber(value)
            : A2AErrorCode.InternalError;
        Dictionary<string, string> metadata = [];
        List<FieldViolation> violations = [];
        if (details is { ValueKind: JsonValueKind.Array } array)
            foreach (var detail in array.EnumerateArray())
                ReadDetail(detail, ref code, metadata, violations);
        if (code == A2AErrorCode.InternalError && violations.Count > 0)
            code = A2AErrorCode.InvalidParams;
        return new A2AException(code, message) { Metadata = metadata, Violations = violations, HttpStatus = httpStatus };
    }

    private static void ReadDetail(JsonElement detail, ref A2AErrorCode code, Dictionary<string, string> metadata, List<FieldViolation> violations)
    {
        switch (Text(detail, "@type"))
        {
            case ErrorInfo:
                if (A2AErrorCodes.TryFromReason(Text(detail, "reason"), out var named))
                    code = named;
                if (Member(detail, "metadata") is { ValueKind: JsonValueKind.Object } map)
                    foreach (var pair in map.EnumerateObject())
                        metadata[pair.Name] = pair.Value.ToString();
                break;
            case BadRequest when Member(detail, "fieldViolations") is { ValueKind: JsonValueKind.Array } list:
                foreach (var each in list.EnumerateArray())
                    violations.Add(new(Text(each, "field") ?? "", Text(each, "description") ?? ""));
                break;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;
}
