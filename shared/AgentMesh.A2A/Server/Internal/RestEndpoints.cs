using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AgentMesh.A2A.Internal;

/// <summary>The HTTP+JSON binding (A2A §11).</summary>
internal sealed class RestEndpoints(A2AServer server, RestBinding binding)
{
    private static readonly string[] GetAndPost = ["GET", "POST"];
    private static readonly A2AJson Types = A2AJson.Default;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/message:send", binding.Handle(async (context, call) =>
            RestResult.Of(await server.Sends.SendAsync(call, await BodyAsync(context, Types.SendMessageRequest).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false), Types.SendMessageResponse)));
        routes.MapPost("/message:stream", binding.Stream(async (context, call) =>
            await server.Sends.StreamAsync(call, await BodyAsync(context, Types.SendMessageRequest).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false)));

        routes.MapGet("/tasks", binding.Handle(async (context, call) =>
            RestResult.Of(await server.Tasks.ListAsync(call, ListRequest(context), context.RequestAborted).ConfigureAwait(false), Types.ListTasksResponse)));
        routes.MapGet("/tasks/{id}", binding.Handle(async (context, call) =>
            RestResult.Of(await server.Tasks.GetAsync(call, new() { Id = Id(context), HistoryLength = Query.Integer(context, "historyLength") }, context.RequestAborted).ConfigureAwait(false), Types.AgentTask)));
        routes.MapPost("/tasks/{id}:cancel", binding.Handle(async (context, call) =>
            RestResult.Of(await server.Tasks.CancelAsync(call, new() { Id = Id(context) }, context.RequestAborted).ConfigureAwait(false), Types.AgentTask)));
        // The schema says GET, the specification's text POST; both are served.
        routes.MapMethods("/tasks/{id}:subscribe", GetAndPost, binding.Stream((context, call) =>
            server.Tasks.SubscribeAsync(call, new() { Id = Id(context) }, context.RequestAborted)));

        const string Configs = "/tasks/{id}/pushNotificationConfigs";
        routes.MapPost(Configs, binding.Handle(async (context, call) =>
            RestResult.Of(await server.Push.CreateAsync(call, await ConfigAsync(context).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false), Types.TaskPushNotificationConfig)));
        routes.MapGet(Configs, binding.Handle(async (context, call) =>
            RestResult.Of(await server.Push.ListAsync(call, new() { TaskId = Id(context) }, context.RequestAborted).ConfigureAwait(false), Types.ListTaskPushNotificationConfigsResponse)));
        routes.MapGet(Configs + "/{configId}", binding.Handle(async (context, call) =>
            RestResult.Of(await server.Push.GetAsync(call, new() { TaskId = Id(context), Id = Id(context, "configId") }, context.RequestAborted).ConfigureAwait(false), Types.TaskPushNotificationConfig)));
        routes.MapDelete(Configs + "/{configId}", binding.Handle(async (context, call) =>
        {
            await server.Push.DeleteAsync(call, new() { TaskId = Id(context), Id = Id(context, "configId") }, context.RequestAborted).ConfigureAwait(false);
            return RestResult.Empty;
        }));

        routes.MapGet("/extendedAgentCard", binding.Handle(async (context, _) =>
            RestResult.Of(await ExtendedCard.GetAsync(server.Options, context).ConfigureAwait(false), Types.AgentCard)));
    }

    private async ValueTask<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        using var document = await RequestReader.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false)
            ?? throw new A2AException(A2AErrorCode.ParseError, "The body is empty.");
        return RequestReader.Parse(document.RootElement, type);
    }

    /// <summary>The path says which task; a body that names another is refused rather than believed.</summary>
    private async ValueTask<TaskPushNotificationConfig> ConfigAsync(HttpContext context)
    {
        var config = await BodyAsync(context, Types.TaskPushNotificationConfig).ConfigureAwait(false);
        return string.IsNullOrEmpty(config.TaskId) || config.TaskId == Id(context)
            ? config with { TaskId = Id(context) }
            : throw A2AException.Invalid("taskId", "Not the task that the path names.");
    }

    private static ListTasksRequest ListRequest(HttpContext context) => new()
    {
        ContextId = Query.Text(context, "contextId"),
        Status = Query.State(context, "status"),
        PageSize = Query.Integer(context, "pageSize"),
        PageToken = Query.Text(context, "pageToken"),
        HistoryLength = Query.Integer(context, "historyLength"),
        StatusTimestampAfter = Query.Time(context, "statusTimestampAfter"),
        IncludeArtifacts = Query.Boolean(context, "includeArtifacts"),
    };

    /// <summary>Paths come decoded but for their slashes.</summary>
    private static string Id(HttpContext context, string name = "id") =>
        ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
