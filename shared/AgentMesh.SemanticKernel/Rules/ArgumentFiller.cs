using System.Text.Json;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Arguments for a tool, or the name of a required parameter that nothing in the question gives; and how many of the question's numbers went into them.</summary>
internal readonly record struct FilledArguments(Dictionary<string, object?>? Arguments, ToolParameter? Missing, int NumbersUsed);

/// <summary>
/// Fills a tool's parameters from the question: lists and objects from the JSON member of the same name, choices by the words that the
/// description puts beside each, texts from values that the question mentions, numbers from its numbers. What the question does not say
/// comes from the result of an earlier step that has a member of the same name; references come from nowhere else.
/// </summary>
internal static class ArgumentFiller
{
    public static FilledArguments Fill(ToolSchema tool, Question question, IReadOnlyList<JsonElement> results)
    {
        var arguments = new Dictionary<string, object?>();
        var numbers = question.Numbers.ToList();
        foreach (var parameter in tool.Parameters)
        {
            if (Find(parameter, question, numbers, results) is { } value)
                arguments.Add(parameter.Name, value);
            else if (parameter.IsRequired)
                return new(null, parameter, 0);
        }
        return new(arguments, null, question.Numbers.Count - numbers.Count);
    }

    private static JsonElement? Find(ToolParameter parameter, Question question, List<QuestionNumber> numbers, IReadOnlyList<JsonElement> results)
    {
        if (parameter.IsReference)
            return Result(parameter.Name, results);
        if (results.Count == 0)
            return Said(parameter, question, numbers);
        // An earlier step has settled it, unless the question changes it now.
        return Said(parameter with { IsRequired = false }, question, numbers) ?? Result(parameter.Name, results);
    }

    private static JsonElement? Said(ToolParameter parameter, Question question, List<QuestionNumber> numbers) => parameter switch
    {
        { Values.Count: > 0 } => Choice(parameter, question),
        { Type: "array", ItemType: "string" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Array) ?? Texts(parameter, question),
        { Type: "array" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Array),
        { Type: "object" } => ContextJson.Find(question.Context, parameter.Name, JsonValueKind.Object),
        { Type: "number" or "integer" } => Number(parameter, numbers),
        { Type: "string" } => Text(parameter, question) ?? (parameter.IsRequired ? ContextJson.Text(question.Context, parameter.Name) : null),
        _ => null,
    };

    private static JsonElement? Number(ToolParameter parameter, List<QuestionNumber> numbers)
    {
        var at = numbers.FindIndex(number => parameter.Type == "integer" ? number.IsWhole : !parameter.IsFraction || number.IsPercent || number.Value <= 1);
        if (at < 0)
            return null;
        var value = numbers[at].Value;
        numbers.RemoveAt(at);
        return parameter.Type == "integer" ? JsonSerializer.SerializeToElement((long)value) : JsonSerializer.SerializeToElement(value);
    }

    private static JsonElement? Result(string name, IReadOnlyList<JsonElement> results)
    {
        for (var i = results.Count - 1; i >= 0; i--)
        {
            if (results[i].ValueKind != JsonValueKind.Object)
                continue;
            foreach (var member in results[i].EnumerateObject())
            {
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind != JsonValueKind.Null)
                    return member.Value;
            }
        }
        return null;
    }

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
