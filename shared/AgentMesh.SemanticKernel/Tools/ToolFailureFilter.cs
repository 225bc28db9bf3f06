using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>Turns what a function throws into a short reason for the model. The exception itself goes to the log only.</summary>
internal sealed partial class ToolFailureFilter(ILogger<ToolFailureFilter> logger) : IFunctionInvocationFilter
{
    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!(e is OperationCanceledException && context.CancellationToken.IsCancellationRequested))
        {
            var failure = Explain(e, context.Function.Name);
            LogFailed(logger, context.Function.Name, failure.Error, e);
            Activity.Current?.SetStatus(ActivityStatusCode.Error, failure.Error).SetTag("error.type", failure.Error);
            context.Result = new FunctionResult(context.Function, failure);
        }
    }

    private static ToolFailure Explain(Exception e, string function) => e switch
    {
        IToolFailure known => new(known.Reason, known.Message),
        // Semantic Kernel could not turn what the model gave into the function's parameters.
        KernelException or ArgumentException or FormatException => new("bad_arguments", $"{function} was called with arguments that do not fit its schema."),
        _ => new("failed", $"{function} failed."),
    };

    [LoggerMessage(5002, LogLevel.Warning, "The function {Function} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string function, string reason, Exception exception);
}
