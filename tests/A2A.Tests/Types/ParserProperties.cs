using System.Globalization;
using System.Text;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using FsCheck;
using FsCheck.Xunit;

namespace AgentMesh.A2A.Tests.Types;

/// <summary>Whatever comes in, parsers answer with what they promise.</summary>
public sealed class ParserProperties
{
    [Property]
    public bool A_cursor_is_read_back_or_refused(string? text, long updated, NonEmptyString id, PositiveInt total)
    {
        var cursor = new PageCursor(updated, id.Get, total.Get);
        var wellFormed = string.IsNullOrEmpty(text) || Refuses(() => PageCursor.Parse(text));
        return wellFormed && (Encoding.UTF8.GetByteCount(id.Get) > 100 || !RequestValidation.IsText(id.Get) || PageCursor.Parse(cursor.ToString()) == cursor);
    }

    [Property]
    public bool Every_finite_double_has_a_canonical_form_that_means_the_same(double value) =>
        !double.IsFinite(value) || double.Parse(EcmaScriptNumber.Format(value), CultureInfo.InvariantCulture) == value;

    [Property]
    public bool Every_string_without_lone_surrogates_is_canonicalized_to_itself(string? text)
    {
        if (text is null || text.Any(char.IsSurrogate))
            return true;
        var canonical = JsonCanonicalization.Canonicalize(JsonSerializer.SerializeToElement(text));
        return JsonElement.Parse(canonical).GetString() == text;
    }

    [Property]
    public bool A_time_is_read_back_to_the_millisecond(DateTime time)
    {
        var given = DateTimeOffset.FromUnixTimeMilliseconds(new DateTimeOffset(time.Ticks, TimeSpan.Zero).ToUnixTimeMilliseconds());
        var json = JsonSerializer.Serialize(new TaskStatus { Timestamp = given }, A2AJson.Default.TaskStatus);
        return JsonSerializer.Deserialize(json, A2AJson.Default.TaskStatus)!.Timestamp == given;
    }

    [Property]
    public bool Any_text_is_a_card_or_refused(string? text)
    {
        try
        {
            AgentCardJson.Parse(Encoding.UTF8.GetBytes(text ?? ""));
            return true;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static bool Refuses(Func<object?> parse)
    {
        try
        {
            parse();
            return true;
        }
        catch (A2AException exception)
        {
            return exception.Violations.Single().Field == "pageToken";
        }
    }
}
