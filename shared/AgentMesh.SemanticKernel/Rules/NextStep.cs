using System.Globalization;
using Microsoft.Extensions.AI;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// The calls to make now, of those that the question takes. Which these are follows from the question and the tools' schemas; results of earlier steps only fill
/// arguments, and a step whose forerunner failed is not taken.
/// </summary>
internal sealed record NextStep(IReadOnlyList<FunctionCallContent> Calls, IReadOnlyList<(ToolSchema Tool, ToolParameter Missing)> Missing)
{
    public static NextStep Of(Question question, IReadOnlyList<(FunctionCallContent Call, FunctionResultContent Result)> results, IReadOnlyList<ToolSchema> tools)
    {
        var calls = new List<FunctionCallContent>();
        var missing = new List<(ToolSchema, ToolParameter)>();
        var values = results.Select(r => AnswerComposer.ToJson(r.Result.Result)).Where(json => !AnswerComposer.IsFailure(json)).ToList();
        var seen = results.Select(r => r.Call.Name).ToHashSet();
        foreach (var chain in ToolPlanner.Choose(question, tools).Select(goal => ToolChain.To(goal, tools)).OrderByDescending(chain => chain.Tools.Count))
        {
            foreach (var tool in chain.Tools.Where(tool => !seen.Contains(tool.Tool.Name)))
            {
                var first = ToolChain.IsFirst(tool);
                // After the first round only what waited for it is left to do.
                if (first != (results.Count == 0))
                    continue;
                var filled = ArgumentFiller.Fill(tool, chain.Words(tool, question), first ? [] : values);
                if (filled.Arguments is null)
                {
                    missing.Add((tool, filled.Missing!));
                    continue;
                }
                seen.Add(tool.Tool.Name);
                calls.Add(new FunctionCallContent(string.Create(CultureInfo.InvariantCulture, $"call_{results.Count + calls.Count + 1}"), tool.Tool.Name, filled.Arguments));
            }
        }
        return new(InToolOrder(calls, tools), missing);
    }

    private static List<FunctionCallContent> InToolOrder(List<FunctionCallContent> calls, IReadOnlyList<ToolSchema> tools) =>
        [.. tools.Select(tool => calls.Find(call => call.Name == tool.Tool.Name)).OfType<FunctionCallContent>()];
}
