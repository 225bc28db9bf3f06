using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using AgentMesh.Auth;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace AgentMesh.SemanticKernel.Tools;

/// <summary>
/// Holds every kernel function to the scopes of the request being served, however it is called: by a model's choice, by a prompt
/// template or by code. It denies by default, and each decision is an audit event, written before the function runs.
/// </summary>
internal sealed partial class ScopeFilter(IAuditLog audit, ToolParty party, Func<ServedRequest?> served, TimeProvider time, ILogger<ScopeFilter> logger) : IFunctionInvocationFilter
{
    private static readonly ConcurrentDictionary<MethodInfo, IReadOnlyList<string>> Declared = new();

    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        var name = context.Function.Name;
        var scopes = ScopesOf(context.Function);
        var request = served();
        var reason = FindRefusal(scopes, request);
        await audit.WriteAsync(Event(name, scopes, request, reason), context.CancellationToken);
        if (reason is null)
        {
            await next(context);
            return;
        }

        LogRefused(logger, name, reason);
        Activity.Current?.SetStatus(ActivityStatusCode.Error, reason).SetTag("error.type", reason);
        context.Result = new FunctionResult(context.Function, new ToolFailure(reason, $"{name} is refused: {Explain(reason, scopes)}"));
    }

    /// <summary>A stable code for why the function may not run now; null when it may.</summary>
    private static string? FindRefusal(IReadOnlyList<string> scopes, ServedRequest? request)
    {
        if (scopes.Count == 0)
            return "no_scope_declared";
        if (request is null)
            return "not_serving";
        return scopes.All(scope => request.HasScope(scope)) ? null : "insufficient_scope";
    }

    private static string Explain(string reason, IReadOnlyList<string> scopes) => reason switch
    {
        "no_scope_declared" => "it declares no scope.",
        "not_serving" => "no request is being served.",
        _ => $"the request being served does not carry the scope {string.Join(' ', scopes)}. Asking again does not change that.",
    };

    private static IReadOnlyList<string> ScopesOf(KernelFunction function) => function.UnderlyingMethod is { } method
        ? Declared.GetOrAdd(method, static m => m.GetCustomAttribute<RequireScopeAttribute>()?.Scopes ?? [])
        : [];

    private AuditEvent Event(string function, IReadOnlyList<string> scopes, ServedRequest? request, string? reason) => new()
    {
        Kind = "decision",
        Time = time.GetUtcNow(),
        Party = party.SpiffeId,
        Caller = request?.Caller,
        Subject = request?.Subject,
        Actors = request?.Actors,
        Callee = party.SpiffeId,
        Action = $"tool {function}",
        Scopes = string.Join(' ', scopes),
        Decision = reason is null ? "allow" : "deny",
        Reason = reason,
        TransactionId = request?.TransactionId,
        TraceId = Activity.Current?.TraceId.ToHexString(),
        SpanId = Activity.Current?.SpanId.ToHexString(),
        PolicyVersion = party.PolicyVersion,
        Posture = request?.Posture,
        Risk = party.RiskOf(string.Join(' ', scopes)),
        Remediation = reason is null ? null : "function_not_run",
    };

    [LoggerMessage(5001, LogLevel.Warning, "The function {Function} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string function, string reason);
}
