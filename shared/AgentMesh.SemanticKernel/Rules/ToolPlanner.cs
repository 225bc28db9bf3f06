namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// Chooses tools for a question. A word of the question that stands in a tool's name counts 3, in its description or parameters 1, divided
/// by the square of the number of tools that have it in the same place: words that tell tools apart count, words that all have do not.
/// </summary>
internal static class ToolPlanner
{
    private const double NameWeight = 3;
    private const double DescriptionWeight = 1;
    private const double Relevant = 1;
    private const double Equal = 1e-9;

    /// <summary>
    /// The tools that reach 1, in their own order, without those that have nothing of the question that another one of them does not have in
    /// the same or a better place. When none reaches 1: the best, of equals the one that <see cref="ToolChoice"/> prefers. When none has anything of the question:
    /// none. Words about a later step add what reaches 1 by them alone.
    /// </summary>
    public static IReadOnlyList<ToolSchema> Choose(Question question, IReadOnlyList<ToolSchema> tools)
    {
        var now = Choose(question.Now, tools, relevantOnly: false);
        return question.Later is { } later ? [.. now.Union(Choose(later, tools, relevantOnly: true))] : now;
    }

    private static IReadOnlyList<ToolSchema> Choose(Question question, IReadOnlyList<ToolSchema> tools, bool relevantOnly)
    {
        var candidates = tools.Select(tool => new Candidate(tool, question.Stems.ToDictionary(stem => stem, stem => Place(stem, tool)))).ToList();
        var scores = candidates.ConvertAll(c => question.Stems.Sum(stem => c.Places[stem] / Square(candidates.Count(other => other.Places[stem] >= c.Places[stem]))));
        if (tools.Count == 0 || scores.Max() <= 0)
            return [];

        var relevant = candidates.Where((_, i) => scores[i] >= Relevant).ToList();
        if (relevant.Count == 0)
            return relevantOnly ? [] : [ToolChoice.Among([.. tools.Where((_, i) => scores.Max() - scores[i] < Equal)], question, tools)];
        return [.. relevant.Where((c, i) => !relevant.Where((other, j) => j != i && c.AddsNothingTo(other) && (j < i || !other.AddsNothingTo(c))).Any()).Select(c => c.Tool)];
    }

    private static double Place(string stem, ToolSchema tool) =>
        tool.NameStems.Contains(stem) ? NameWeight : tool.Stems.Contains(stem) ? DescriptionWeight : 0;

    private static double Square(int n) => Math.Max(1, (double)n * n);

    private sealed record Candidate(ToolSchema Tool, IReadOnlyDictionary<string, double> Places)
    {
        public bool AddsNothingTo(Candidate other) => Places.All(p => p.Value <= other.Places[p.Key]);
    }
}
