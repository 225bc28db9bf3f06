namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Chooses between tools that the question's words fit equally well, by what it gives them to work with.</summary>
internal static class ToolChoice
{
    /// <summary>
    /// Those that the question gives all they need go before others; of these, those that use most of its numbers. What is asked then takes the shortest way, what is
    /// told the longest; of equals, the first.
    /// </summary>
    public static ToolSchema Among(IReadOnlyList<ToolSchema> equals, Question question, IReadOnlyList<ToolSchema> tools)
    {
        if (equals.Count == 1)
            return equals[0];
        var ways = equals.Select(tool => ToolChain.To(tool, tools)).Select(chain => (chain.Goal, Steps: chain.Tools.Count, Begin: chain.Begin(question))).ToList();
        return ways.OrderByDescending(way => way.Begin is not null)
            .ThenByDescending(way => way.Begin?.Sum(first => first.NumbersUsed) ?? 0)
            .ThenBy(way => way.Begin is null ? 0 : question.IsAsked ? way.Steps : -way.Steps)
            .First().Goal;
    }
}
