namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// The calls that one tool takes: where it needs a reference that another tool's result has, that one comes before it. It follows from the tools' schemas
/// alone, so that nothing a tool says can add a call.
/// </summary>
internal sealed record ToolChain(IReadOnlyList<ToolSchema> Tools)
{
    public ToolSchema Goal => Tools[^1];

    public static ToolChain To(ToolSchema goal, IReadOnlyList<ToolSchema> tools)
    {
        var chain = new List<ToolSchema>();
        Add(goal, tools, chain, []);
        return new(chain);
    }

    /// <summary>Arguments for the calls that need nothing of another one; null when the question does not give them all.</summary>
    public IReadOnlyList<FilledArguments>? Begin(Question question)
    {
        var first = Tools.Where(IsFirst).Select(tool => ArgumentFiller.Fill(tool, Words(tool, question), [])).ToList();
        return first.TrueForAll(f => f.Arguments is not null) ? first : null;
    }

    /// <summary>What of the question is about a tool: with several steps, the first ones are about now, and later words are the last one's.</summary>
    public Question Words(ToolSchema tool, Question question) =>
        Tools.Count == 1 ? question : !IsFirst(tool) ? question.Later ?? Question.Nothing : question.Now;

    public static bool IsFirst(ToolSchema tool) => !tool.Parameters.Any(p => p is { IsReference: true, IsRequired: true });

    private static void Add(ToolSchema tool, IReadOnlyList<ToolSchema> tools, List<ToolSchema> chain, HashSet<ToolSchema> asking)
    {
        if (chain.Contains(tool) || !asking.Add(tool))
            return;
        foreach (var reference in tool.Parameters.Where(p => p is { IsReference: true, IsRequired: true }))
        {
            if (tools.FirstOrDefault(t => t != tool && !asking.Contains(t) && t.Returns(reference.Name)) is { } producer && !chain.Exists(t => t.Returns(reference.Name)))
                Add(producer, tools, chain, asking);
        }
        chain.Add(tool);
    }
}
