using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Puts the tools' results into sentences: their own numbers, under the labels that the tools' return schemas give.</summary>
internal static class AnswerComposer
{
    public const string Closing = "(Put together by AgentMesh's rule-based model from the tools' results; no language model was asked.)";

    public static string Compose(IEnumerable<(FunctionCallContent Call, FunctionResultContent Result)> results, IReadOnlyList<ToolSchema> tools)
    {
        var answer = new StringBuilder();
        foreach (var (call, result) in results)
        {
            var tool = tools.FirstOrDefault(t => t.Tool.Name == call.Name);
            var json = ToJson(result.Result);
            var sentence = FailureIn(json) is { } failure
                ? $"No result of {call.Name}: {failure}"
                : ResultText.Describe(json, tool?.ReturnSchema) is { Length: > 0 } text ? text : $"{call.Name} has nothing to say.";
            answer.Append(sentence).Append(sentence.EndsWith('.') ? "\n" : ".\n");
        }
        return answer.Append(Closing).ToString();
    }

    /// <summary>What to say when no tool has anything to do with the question.</summary>
    public static string Offer(IReadOnlyList<ToolSchema> tools) => tools.Count == 0
        ? $"I have no tools, so there is nothing that I can do.\n{Closing}"
        : $"I do not know what to do with that question. I can:\n{string.Join('\n', tools.Select(t => $"- {t.Tool.Description} ({t.Tool.Name})"))}\n{Closing}";

    /// <summary>What to say when the fitting tools lack arguments.</summary>
    public static string AskFor(IEnumerable<(ToolSchema Tool, ToolParameter Missing)> missing) =>
        $"{string.Join('\n', missing.Select(m => $"For {m.Tool.Tool.Name} I need {m.Missing.Name}: {m.Missing.Description}"))}\n{Closing}";

    internal static bool IsFailure(JsonElement json) => FailureIn(json) is not null;

    private static string? FailureIn(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { } text && text.StartsWith("Error:", StringComparison.Ordinal))
            return text;
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
            ? ResultText.Clean(json.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String ? detail.GetString()! : error.GetString()!)
            : null;
    }

    // A result is what the function returned, what a serializer made of that, or JSON in a string.
    internal static JsonElement ToJson(object? result)
    {
        if (result is JsonElement element)
            return element;
        if (result is not string text)
            return JsonSerializer.SerializeToElement(result, AIJsonUtilities.DefaultOptions);
        var (prose, values) = JsonInText.Split(text);
        return values is [var only] && string.IsNullOrWhiteSpace(prose) ? only : JsonSerializer.SerializeToElement(text);
    }
}
