using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentMesh.Entra;

/// <summary>An error answer of Microsoft Entra ID: OAuth's code, and the AADSTS code that says what is really wrong.</summary>
/// <param name="Code">The <c>error</c> of RFC 6749 §5.2.</param>
/// <param name="Sts">The number behind <c>AADSTS</c>; 0 when there is none.</param>
/// <param name="Message">Entra's own words, first line only.</param>
/// <param name="TraceId">By which Microsoft's support and the sign-in logs find the request.</param>
internal sealed partial record EntraError(string Code, int Sts, string Message, string? TraceId)
{
    private const int LongestMessage = 300;

    /// <summary>Reads the JSON that Entra answers with; anything else has just the code that is known otherwise.</summary>
    public static EntraError Read(string? body, string code)
    {
        try
        {
            using var document = JsonDocument.Parse(body ?? "", new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var message = Text(root, "error_description") ?? "";
            return new(Text(root, "error") ?? code, FirstCode(root) ?? CodeIn(message), FirstLine(message), Text(root, "trace_id"));
        }
        catch (JsonException)
        {
            return new(code, CodeIn(body ?? ""), "", null);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? FirstCode(JsonElement root) =>
        root.TryGetProperty("error_codes", out var codes) && codes.ValueKind == JsonValueKind.Array && codes.GetArrayLength() > 0 && codes[0].TryGetInt32(out var code) ? code : null;

    private static int CodeIn(string message) =>
        StsCode().Match(message) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;

    private static string FirstLine(string message)
    {
        var end = message.AsSpan().IndexOfAny("\r\n");
        var line = end < 0 ? message : message[..end];
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }

    [GeneratedRegex("AADSTS([0-9]{3,9})", RegexOptions.CultureInvariant)]
    private static partial Regex StsCode();
}
