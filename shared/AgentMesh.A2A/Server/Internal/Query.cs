using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A.Internal;

/// <summary>Query parameters as A2A §11.5 writes them; an empty one is absent, a wrong one refused by name.</summary>
internal static class Query
{
    public static string? Text(HttpContext context, string name) =>
        context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    public static int? Integer(HttpContext context, string name) => Text(context, name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw A2AException.Invalid(name, "Must be an integer."),
    };

    public static bool? Boolean(HttpContext context, string name) => Text(context, name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw A2AException.Invalid(name, "Must be true or false."),
    };

    public static DateTimeOffset? Time(HttpContext context, string name) => Text(context, name) switch
    {
        null => null,
        var text when TimestampConverter.TryParse(text, out var value) => value,
        _ => throw A2AException.Invalid(name, "Must look like 2026-01-02T03:04:05.678Z."),
    };

    public static TaskState? State(HttpContext context, string name)
    {
        if (Text(context, name) is not { } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize($"\"{JsonEncodedText.Encode(text)}\"", A2AJson.Default.TaskState);
        }
        catch (JsonException)
        {
            throw A2AException.Invalid(name, "Not a task state; TASK_STATE_WORKING is one.");
        }
    }
}
