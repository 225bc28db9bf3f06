using System.Text.Json;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Arguments for a tool, or the name of a required parameter that nothing in the question gives.</summary>
internal readonly record struct FilledArguments(Dictionary<string, object?>? Arguments, ToolParameter? Missing);

/// <summary>
/// Fills a tool's parameters from the question: lists and objects from the JSON member of the same name, choices by the words that the
/// description puts beside each, texts from values that the question mentions, numbers from its numbers.
/// </summary>
internal static class ArgumentFiller
{
    public static FilledArguments Fill(ToolSchema tool, Question question)
    {
        var arguments = new Dictionary<string, object?>();
        var numbers = new Queue<double>(question.Numbers);
        foreach (var parameter in tool.Parameters)
        {
            if (Find(parameter, question, numbers) is { } value)
                arguments.Add(parameter.Name, value);
            else if (parameter.IsRequired)
                return new(null, parameter);
        }
        return new(arguments, null);
    }

    private static JsonElement? Find(ToolParameter parameter, Question question, Queue<double> numbers) => parameter switch
    {
        { Values.Count: > 0 } => Choice(parameter, question),
        { Type: "array", ItemType: "string" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Array) ?? Texts(parameter, question),
        { Type: "array" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Array),
        { Type: "object" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Object),
        { Type: "number" or "integer" } => numbers.TryDequeue(out var number) ? JsonSerializer.SerializeToElement(number) : null,
        { Type: "string" } => Text(parameter, question),
        _ => null,
    };

    // "buy: …; sell: …" describes each value by the words up to the next semicolon.
    private static JsonElement? Choice(ToolParameter parameter, Question question)
    {
        var parts = parameter.Description.Split(';');
        var best = parameter.Values
            .Select(value => (Value: value, Score: StemsOf(value, parts).Count(question.Stems.Contains)))
            .MaxBy(v => v.Score);
        return best.Score > 0 || parameter.IsRequired ? JsonSerializer.SerializeToElement(best.Value) : null;
    }

    private static IEnumerable<string> StemsOf(string value, string[] parts) =>
        parts.Where(part => Words.Split(part).Contains(value.ToLowerInvariant()))
            .SelectMany(Words.Stems)
            .Concat(Words.Stems(value))
            .Distinct();

    private static JsonElement? Texts(ToolParameter parameter, Question question)
    {
        var known = Known(parameter, question);
        var named = Named(known, question);
        var chosen = named.Count > 0 ? named : known;
        return chosen.Count > 0 ? JsonSerializer.SerializeToElement(chosen) : null;
    }

    private static JsonElement? Text(ToolParameter parameter, Question question) =>
        Named(Known(parameter, question), question) is [var first, ..] ? JsonSerializer.SerializeToElement(first) : null;

    // "symbols" is filled from members that are called "symbol".
    private static List<string> Known(ToolParameter parameter, Question question) =>
        [.. ContextJson.Strings(question.Context, parameter.Name.TrimEnd('s')).Distinct(StringComparer.OrdinalIgnoreCase)];

    // Where the JSON has such members, a word in capitals may be one that it does not have.
    private static List<string> Named(List<string> known, Question question) =>
        known.Count == 0 ? [] : [.. known.Where(question.Mentions).Concat(question.Capitals.Where(LooksLike(known))).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static Func<string, bool> LooksLike(List<string> known) =>
        known.TrueForAll(k => k.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))) ? _ => true : _ => false;
}
