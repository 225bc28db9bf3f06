using AgentMesh.SemanticKernel.Tools;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel.Chat;

/// <summary>Ends function calling when a model asks for more calls than one question is worth.</summary>
internal sealed class ToolBudgetFilter(int maximum) : IAutoFunctionInvocationFilter
{
    private int _calls;

    public Task OnAutoFunctionInvocationAsync(AutoFunctionInvocationContext context, Func<AutoFunctionInvocationContext, Task> next)
    {
        if (Interlocked.Increment(ref _calls) <= maximum)
            return next(context);
        context.Result = new FunctionResult(context.Function, new ToolFailure("too_many_calls", $"No more than {maximum} functions run for one question."));
        context.Terminate = true;
        return Task.CompletedTask;
    }
}
