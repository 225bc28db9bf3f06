using System.Text.Json;
using AgentMesh.SemanticKernel.Models;
using AgentMesh.ServiceDefaults.Callees;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentMesh.ServiceDefaults;

/// <summary>
/// Turns what an endpoint throws into RFC 9457 problem details: a body that cannot be read is 400 and says where, a callee's
/// refusal of the caller's input is 400 with the callee's words, a callee's failure is 502. Anything else is a bare 500.
/// </summary>
internal sealed partial class Problems(IProblemDetailsService problems, ILogger<Problems> logger) : IExceptionHandler
{
    public static void Add(IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<Problems>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, title, detail) = exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } => (400, "The body cannot be read", Describe(json)),
            BadHttpRequestException bad => (bad.StatusCode, "The request cannot be read", "The request is not what this endpoint takes; send JSON with the content type application/json."),
            CalleeException { IsCallersFault: true } callee => (400, "Refused by another agent", callee.Message),
            ModelException model => (502, "The language model failed", model.Message),
            CalleeException callee => (502, "Another agent failed", callee.Message),
            _ => (500, "This agent failed", "The agent's log says why."),
        };
        if (status >= 500)
            LogFailure(logger, status, exception);

        httpContext.Response.StatusCode = status;
        var details = new ProblemDetails { Status = status, Title = title, Detail = detail };
        if (exception is CalleeException { Reason: var reason, Callee: var name })
        {
            details.Extensions["reason"] = reason;
            details.Extensions["callee"] = name;
        }
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = details });
    }

    private static string Describe(JsonException e) =>
        $"The body is not the JSON that this endpoint takes: see {e.Path ?? "$"}, line {e.LineNumber + 1 ?? 1}, byte {e.BytePositionInLine ?? 0}.";

    [LoggerMessage(6001, LogLevel.Error, "A request failed with status {Status}")]
    private static partial void LogFailure(ILogger logger, int status, Exception exception);
}
