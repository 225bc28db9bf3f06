using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentMesh.Manifest.Tests;

/// <summary>
/// Judges documents by the parts of JSON Schema 2020-12 that mesh.schema.json uses. A keyword it does not know fails the test, so
/// nothing in the schema is passed over.
/// </summary>
internal sealed class SchemaDocument(JsonElement root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$defs", "title", "description", "default", "examples"];

    public static SchemaDocument Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Repository.File("shared/AgentMesh.Manifest/mesh.schema.json")));
        return new(document.RootElement.Clone());
    }

    public JsonElement Root => root;

    public JsonElement Definition(string name) => root.GetProperty("$defs").GetProperty(name);

    public bool Accepts(string json)
    {
        using var document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        return Accepts(root, document.RootElement);
    }

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(keyword => Annotations.Contains(keyword.Name) || Holds(schema, keyword.Name, keyword.Value, value));

    private bool Holds(JsonElement schema, string keyword, JsonElement argument, JsonElement value)
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        var isArray = value.ValueKind == JsonValueKind.Array;
        var isString = value.ValueKind == JsonValueKind.String;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        return keyword switch
        {
            "$ref" => Accepts(Definition(argument.GetString()!["#/$defs/".Length..]), value),
            "type" => argument.GetString() switch
            {
                "object" => isObject,
                "array" => isArray,
                "string" => isString,
                "integer" => isNumber && value.TryGetInt64(out _),
                var other => throw new NotSupportedException(other),
            },
            "anyOf" => argument.EnumerateArray().Any(choice => Accepts(choice, value)),
            "enum" => argument.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)),
            "pattern" => !isString || Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.ECMAScript),
            "maxLength" => !isString || value.GetString()!.Length <= argument.GetInt32(),
            "minimum" => !isNumber || value.GetDouble() >= argument.GetDouble(),
            "maximum" => !isNumber || value.GetDouble() <= argument.GetDouble(),
            "minItems" => !isArray || value.GetArrayLength() >= argument.GetInt32(),
            "maxItems" => !isArray || value.GetArrayLength() <= argument.GetInt32(),
            "uniqueItems" => !isArray || value.EnumerateArray().Select(item => item.GetRawText()).Distinct().Count() == value.GetArrayLength(),
            "items" => !isArray || value.EnumerateArray().All(item => Accepts(argument, item)),
            "required" => !isObject || argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "properties" => !isObject || argument.EnumerateObject().All(
                property => !value.TryGetProperty(property.Name, out var member) || Accepts(property.Value, member)),
            "propertyNames" => !isObject || value.EnumerateObject().All(
                member => Accepts(argument, JsonSerializer.SerializeToElement(member.Name))),
            "additionalProperties" => !isObject || value.EnumerateObject().All(member => IsDeclared(schema, member.Name)
                || (argument.ValueKind == JsonValueKind.Object && Accepts(argument, member.Value))),
            _ => throw new NotSupportedException($"The schema uses {keyword}, which this test cannot judge."),
        };
    }

    private static bool IsDeclared(JsonElement schema, string member) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member, out _);
}
