using System.Globalization;
using System.Text.Json;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Says a JSON value in words. A member is labelled by its description in the schema, else by its name; a label that ends in "%" makes a fraction a percentage.</summary>
internal static class ResultText
{
    private const int MostItems = 12;
    private const int LongestText = 200;

    public static string Describe(JsonElement json, JsonElement? schema) => json.ValueKind switch
    {
        JsonValueKind.Object => Object(json, schema, ": "),
        JsonValueKind.Array => Items(json, schema),
        _ => Value(json, ""),
    };

    /// <summary>Text from a tool, fit for a terminal: one line, no control characters, not endless.</summary>
    public static string Clean(string text)
    {
        var line = string.Concat(text.Take(LongestText).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > LongestText ? line + "…" : line;
    }

    private static string Object(JsonElement json, JsonElement? schema, string lead)
    {
        var parts = json.EnumerateObject()
            .Where(m => m.Value.ValueKind != JsonValueKind.Null)
            .Select(m => Member(m.Name, m.Value, Child(schema, "properties", m.Name)));
        var text = string.Join(", ", parts.Where(p => p.Length > 0));
        return Description(schema) is { Length: > 0 } title ? $"{title}{lead}{text}" : text;
    }

    private static string Member(string name, JsonElement value, JsonElement? schema)
    {
        var label = Description(schema) is { Length: > 0 } described ? described : string.Join(' ', Words.Split(name));
        return value.ValueKind switch
        {
            JsonValueKind.Object => $"{label} ({Object(value, WithoutTitle(schema), "")})",
            JsonValueKind.Array when value.GetArrayLength() == 0 => "",
            JsonValueKind.Array => $"{label}: {Items(value, schema)}",
            _ when label.EndsWith('%') => $"{label[..^1].TrimEnd(' ', ',')} {Value(value, "%")}".TrimStart(),
            _ => $"{label} {Value(value, "")}",
        };
    }

    private static string Items(JsonElement array, JsonElement? schema)
    {
        var item = Child(schema, "items", null);
        var shown = array.EnumerateArray().Take(MostItems).Select(e => e.ValueKind == JsonValueKind.Object ? Item(e, WithoutTitle(item)) : Value(e, ""));
        var more = array.GetArrayLength() - MostItems;
        return string.Join("; ", shown) + (more > 0 ? $"; and {more} more" : "");
    }

    // In a list, leading texts without a description of their own say what the item is: "buy IBM 10 %, from 20 %".
    private static string Item(JsonElement json, JsonElement? schema)
    {
        var members = json.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null).ToList();
        var name = members.TakeWhile(m => m.Value.ValueKind == JsonValueKind.String && string.IsNullOrEmpty(Description(Child(schema, "properties", m.Name)))).ToList();
        var rest = string.Join(", ", members.Skip(name.Count).Select(m => Member(m.Name, m.Value, Child(schema, "properties", m.Name))).Where(p => p.Length > 0));
        var bare = string.Join(' ', name.Select(m => Clean(m.Value.GetString()!)));
        return bare.Length == 0 || rest.Length == 0 || char.IsAsciiDigit(rest[0]) ? $"{bare} {rest}".Trim() : $"{bare}, {rest}";
    }

    private static string Value(JsonElement value, string unit) => value.ValueKind switch
    {
        JsonValueKind.Number when unit == "%" => string.Create(CultureInfo.InvariantCulture, $"{value.GetDouble() * 100:0.##} %"),
        JsonValueKind.Number => value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture),
        JsonValueKind.String => Clean(value.GetString()!),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => "",
    };

    private static string? Description(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } s && s.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement? Child(JsonElement? schema, string keyword, string? name)
    {
        if (schema is not { ValueKind: JsonValueKind.Object } s || !s.TryGetProperty(keyword, out var child))
            return null;
        if (name is null || child.ValueKind != JsonValueKind.Object)
            return name is null ? child : null;
        // Semantic Kernel's schemas keep the casing of the .NET properties, results are written in camel case.
        foreach (var property in child.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }

    // The label has said it already.
    private static JsonElement? WithoutTitle(JsonElement? schema) =>
        Child(schema, "properties", null) is { } properties ? JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["properties"] = properties }) : null;
}
