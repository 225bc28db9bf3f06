using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>A parameter as the tool's JSON schema has it.</summary>
internal sealed record ToolParameter(string Name, string Description, JsonElement Schema, bool IsRequired)
{
    /// <summary>The schema's type, or the first one that is not null; empty when it names none.</summary>
    public string Type => TypeOf(Schema);

    /// <summary>It names something that another tool made, as <c>orderId</c> does: only that tool's result can give it.</summary>
    public bool IsReference => Type == "string" && Name.EndsWith("Id", StringComparison.Ordinal);

    /// <summary>Its description speaks of percent: 0.1 is 10 %.</summary>
    public bool IsFraction => Description.Contains('%', StringComparison.Ordinal);

    public string ItemType => Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty("items", out var items) ? TypeOf(items) : "";

    public IReadOnlyList<string> Values =>
        Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)]
            : [];

    private static string TypeOf(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type))
            return "";
        return type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Select(t => t.GetString()).FirstOrDefault(t => t != "null") ?? ""
            : type.GetString() ?? "";
    }
}

/// <summary>What the model knows of a tool: its name, its description and its schema.</summary>
internal sealed class ToolSchema
{
    public ToolSchema(AIFunctionDeclaration tool)
    {
        Tool = tool;
        Parameters = [.. ReadParameters(tool.JsonSchema)];
        NameStems = Words.Stems(tool.Name).ToHashSet();
        Stems = Words.Stems($"{tool.Name} {tool.Description} {string.Join(' ', Parameters.Select(p => $"{p.Name} {p.Description}"))}").ToHashSet();
    }

    public AIFunctionDeclaration Tool { get; }

    public IReadOnlyList<ToolParameter> Parameters { get; }

    /// <summary>The schema of what the tool gives back; Semantic Kernel keeps it in its own metadata.</summary>
    public JsonElement? ReturnSchema => Tool.ReturnJsonSchema ?? (Tool as KernelFunction)?.Metadata.ReturnParameter.Schema?.RootElement;

    /// <summary>Whether its result has a member of this name.</summary>
    public bool Returns(string member) =>
        ReturnSchema is { ValueKind: JsonValueKind.Object } schema && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            && properties.EnumerateObject().Any(p => p.Name.Equals(member, StringComparison.OrdinalIgnoreCase));

    /// <summary>The stems of the name alone.</summary>
    public IReadOnlySet<string> NameStems { get; }

    /// <summary>The stems of name, description and parameters.</summary>
    public IReadOnlySet<string> Stems { get; }

    private static IEnumerable<ToolParameter> ReadParameters(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
            yield break;
        var required = schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(n => n.GetString()).ToHashSet()
            : [];
        foreach (var property in properties.EnumerateObject())
        {
            var description = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("description", out var text) ? text.GetString() ?? "" : "";
            yield return new(property.Name, description, property.Value, required.Contains(property.Name));
        }
    }
}
