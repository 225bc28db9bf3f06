namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// Chooses tools for a question. A word of the question that stands in a tool's name counts 3, in its description or parameters 1, divided
/// by the square of the number of tools that have it in the same place: words that tell tools apart count, words that all have do not.
/// </summary>
internal static class ToolPlanner
{
    private const double NameWeight = 3;
    private const double Relevant = 1;

    /// <summary>The tools that reach 1, in their own order; else the best one that has anything of the question, the first of equals; else none.</summary>
    public static IReadOnlyList<ToolSchema> Choose(Question question, IReadOnlyList<ToolSchema> tools)
    {
        var scores = tools.Select(tool => question.Stems.Sum(stem => Score(stem, tool, tools))).ToList();
        var relevant = tools.Where((_, i) => scores[i] >= Relevant).ToList();
        if (relevant.Count > 0 || tools.Count == 0)
            return relevant;
        var best = scores.IndexOf(scores.Max());
        return scores[best] > 0 ? [tools[best]] : [];
    }

    private static double Score(string stem, ToolSchema tool, IReadOnlyList<ToolSchema> tools)
    {
        if (tool.NameStems.Contains(stem))
            return NameWeight / Square(tools.Count(t => t.NameStems.Contains(stem)));
        return tool.Stems.Contains(stem) ? 1.0 / Square(tools.Count(t => t.Stems.Contains(stem))) : 0;
    }

    private static double Square(int n) => (double)n * n;
}
