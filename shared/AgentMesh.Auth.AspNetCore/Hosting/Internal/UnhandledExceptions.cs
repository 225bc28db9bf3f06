using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>Turns what an endpoint did not handle into a problem without internals, in every environment: a caller never sees a stack trace.</summary>
internal sealed partial class UnhandledExceptions(RequestDelegate next, ILogger<UnhandledExceptions> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is waiting for the answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (status, reason, detail) = Describe(exception);
            if (status >= StatusCodes.Status500InternalServerError)
                LogFailed(exception, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await Refusal.WriteProblemAsync(context, status, reason, detail).ConfigureAwait(false);
        }
    }

    private static (int Status, string Reason, string Detail) Describe(Exception exception) => exception switch
    {
        BadHttpRequestException bad => (bad.StatusCode, "bad_request", "The request is not well-formed."),
        AgentAuthorizationException call => (StatusCodes.Status502BadGateway, call.Code, $"This agent could not call {call.Callee}: {call.Code}."),
        AuditException => (StatusCodes.Status503ServiceUnavailable, DecisionReason.AuditUnavailable, "The decision cannot be recorded at the moment, so nothing is let through."),
        _ => (StatusCodes.Status500InternalServerError, "internal_error", "The request failed. The agent's log says why."),
    };

    [LoggerMessage(2201, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(Exception exception, string method, string path);
}
