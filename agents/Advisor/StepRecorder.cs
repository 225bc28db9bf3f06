using System.Collections.Concurrent;
using AgentMesh.A2A;
using AgentMesh.SemanticKernel.Tools;
using Microsoft.SemanticKernel;

namespace AgentMesh.Agents.Advisor;

/// <summary>Keeps what the model chose while one question is answered, and tells those who wait as it happens. Around the other filters, so that it also sees what they refuse.</summary>
internal sealed class StepRecorder(TimeProvider time, AgentTaskContext task) : IFunctionInvocationFilter
{
    private readonly ConcurrentQueue<AskStep> _steps = [];

    public IReadOnlyList<AskStep> Steps => [.. _steps];

    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        var name = context.Function.Name;
        var start = time.GetTimestamp();
        await task.NoteAsync(PortfolioTools.CalleeOf(name) is { } callee ? $"{name}, by {callee}" : name);
        await next(context);
        var outcome = context.Result.GetValue<object>() is ToolFailure failure ? failure.Error : "ok";
        _steps.Enqueue(new AskStep(name, PortfolioTools.CalleeOf(name), outcome, Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1)));
    }
}
