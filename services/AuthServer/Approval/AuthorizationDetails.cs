using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// RFC 9396: what exactly is to be done, an array of objects that each name a <c>type</c>. This server shows it to the person and puts
/// it into the token unchanged; the callee compares it with what it is asked to do.
/// </summary>
internal static class AuthorizationDetails
{
    // Of the token that carries it, which is at most 8 KB.
    private const int LongestText = 4096;
    private const int Most = 16;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public static bool TryParse(string? text, string callee, out JsonElement details, [NotNullWhen(false)] out string? error)
    {
        details = default;
        if (string.IsNullOrEmpty(text) || Encoding.UTF8.GetByteCount(text) > LongestText)
        {
            error = "authorization_details must say what is to be done: a JSON array of at most 4096 bytes.";
            return false;
        }
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            details = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            error = "authorization_details is not JSON, or names a member twice.";
            return false;
        }
        if (details.ValueKind != JsonValueKind.Array || details.GetArrayLength() is 0 or > Most || !details.EnumerateArray().All(IsTyped))
        {
            error = "authorization_details must be an array of 1 to 16 objects, each with a type.";
            return false;
        }
        if (!details.EnumerateArray().All(detail => IsFor(detail, callee)))
        {
            error = "authorization_details names other locations than the callee.";
            return false;
        }
        error = null;
        return true;
    }

    private static bool IsTyped(JsonElement detail) =>
        detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString()!.Length > 0;

    private static bool IsFor(JsonElement detail, string callee) =>
        !detail.TryGetProperty("locations", out var locations)
        || (locations.ValueKind == JsonValueKind.Array && locations.EnumerateArray().All(location => location.ValueKind == JsonValueKind.String && location.ValueEquals(callee)));
}
