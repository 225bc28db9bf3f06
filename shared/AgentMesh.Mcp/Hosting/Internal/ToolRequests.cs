using System.Text.Json;
using AgentMesh.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace AgentMesh.Mcp;

/// <summary>Answers one HTTP request: there are no sessions, so what is listed and called is decided by the credential of each request alone.</summary>
internal sealed class ToolRequests(HttpContext request, ToolCatalog catalog, ToolAudit audit)
{
    /// <summary>Makes the server of one request.</summary>
    public static Task ConfigureAsync(HttpContext request, McpServerOptions options, CancellationToken cancellationToken)
    {
        var services = request.RequestServices;
        var handlers = new ToolRequests(request, services.GetRequiredService<ToolCatalog>(), services.GetRequiredService<ToolAudit>());
        options.Handlers.ListToolsHandler = handlers.ListAsync;
        options.Handlers.CallToolHandler = handlers.CallAsync;
        return Task.CompletedTask;
    }

    private ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> context, CancellationToken cancellationToken) => new(new ListToolsResult
    {
        Tools = [.. catalog.GrantedTo(DelegationContext.Current).Select(tool => tool.Describe(request.RequestServices))],
    });

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> context, CancellationToken cancellationToken)
    {
        var served = DelegationContext.Current;
        var tool = catalog.Find(context.Params?.Name);
        if (tool?.IsGranted(served) != true)
        {
            await audit.RefusedAsync(served, tool, cancellationToken).ConfigureAwait(false);
            // The same words for a tool that was not granted as for one that never was.
            throw new McpProtocolException("No tool of this name is listed for this request.", McpErrorCode.InvalidParams);
        }
        var arguments = context.Params!.Arguments?.AsReadOnly() ?? (IReadOnlyDictionary<string, JsonElement>)new Dictionary<string, JsonElement>();
        return await tool.InvokeAsync(new(request, arguments, ProgressOf(context, cancellationToken)), cancellationToken).ConfigureAwait(false);
    }

    private static Func<string, ValueTask>? ProgressOf(RequestContext<CallToolRequestParams> context, CancellationToken cancellationToken)
    {
        if (context.Params!.ProgressToken is not { } token)
            return null;
        var reports = 0;
        return async words =>
        {
            var progress = new ProgressNotificationParams { ProgressToken = token, Progress = new() { Progress = ++reports, Message = words } };
            await context.Server.NotifyProgressAsync(progress, cancellationToken).ConfigureAwait(false);
        };
    }
}
