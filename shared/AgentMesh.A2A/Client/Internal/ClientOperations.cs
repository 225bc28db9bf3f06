using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace AgentMesh.A2A.Internal;

/// <summary>An operation as a client sees it: its name in JSON-RPC, its method and path in HTTP+JSON, its types.</summary>
/// <param name="Method">JSON-RPC method.</param>
/// <param name="Verb">HTTP method.</param>
/// <param name="Path">Path and query below the interface's URL.</param>
/// <param name="RequestType">How parameters are written.</param>
/// <param name="ResponseType">How the answer is read; <see langword="null"/> where there is none to read.</param>
/// <param name="HasBody">Whether parameters travel in the body of HTTP+JSON.</param>
internal sealed record ClientOperation<TRequest, TResponse>(
    string Method, HttpMethod Verb, Func<TRequest, string> Path, JsonTypeInfo<TRequest> RequestType, JsonTypeInfo<TResponse>? ResponseType, bool HasBody = false);

/// <summary>The operations (A2A §5.3).</summary>
internal static class ClientOperations
{
    private static readonly A2AJson Types = A2AJson.Default;

    public static readonly ClientOperation<SendMessageRequest, SendMessageResponse> Send =
        new("SendMessage", HttpMethod.Post, _ => "/message:send", Types.SendMessageRequest, Types.SendMessageResponse, HasBody: true);

    public static readonly ClientOperation<SendMessageRequest, StreamResponse> Stream =
        new("SendStreamingMessage", HttpMethod.Post, _ => "/message:stream", Types.SendMessageRequest, Types.StreamResponse, HasBody: true);

    public static readonly ClientOperation<SubscribeToTaskRequest, StreamResponse> Subscribe =
        new("SubscribeToTask", HttpMethod.Post, r => $"/tasks/{Segment(r.Id)}:subscribe", Types.SubscribeToTaskRequest, Types.StreamResponse);

    public static readonly ClientOperation<GetTaskRequest, AgentTask> Get =
        new("GetTask", HttpMethod.Get, r => $"/tasks/{Segment(r.Id)}{Query(("historyLength", Number(r.HistoryLength)))}", Types.GetTaskRequest, Types.AgentTask);

    public static readonly ClientOperation<ListTasksRequest, ListTasksResponse> List =
        new("ListTasks", HttpMethod.Get, r => "/tasks" + ListQuery(r), Types.ListTasksRequest, Types.ListTasksResponse);

    public static readonly ClientOperation<CancelTaskRequest, AgentTask> Cancel =
        new("CancelTask", HttpMethod.Post, r => $"/tasks/{Segment(r.Id)}:cancel", Types.CancelTaskRequest, Types.AgentTask, HasBody: true);

    public static readonly ClientOperation<TaskPushNotificationConfig, TaskPushNotificationConfig> CreatePush =
        new("CreateTaskPushNotificationConfig", HttpMethod.Post, r => Configs(r.TaskId ?? ""), Types.TaskPushNotificationConfig, Types.TaskPushNotificationConfig, HasBody: true);

    public static readonly ClientOperation<GetTaskPushNotificationConfigRequest, TaskPushNotificationConfig> GetPush =
        new("GetTaskPushNotificationConfig", HttpMethod.Get, r => $"{Configs(r.TaskId)}/{Segment(r.Id)}", Types.GetTaskPushNotificationConfigRequest, Types.TaskPushNotificationConfig);

    public static readonly ClientOperation<ListTaskPushNotificationConfigsRequest, ListTaskPushNotificationConfigsResponse> ListPush =
        new("ListTaskPushNotificationConfigs", HttpMethod.Get, r => Configs(r.TaskId), Types.ListTaskPushNotificationConfigsRequest, Types.ListTaskPushNotificationConfigsResponse);

    public static readonly ClientOperation<DeleteTaskPushNotificationConfigRequest, TaskPushNotificationConfig> DeletePush =
        new("DeleteTaskPushNotificationConfig", HttpMethod.Delete, r => $"{Configs(r.TaskId)}/{Segment(r.Id)}", Types.DeleteTaskPushNotificationConfigRequest, ResponseType: null);

    public static readonly ClientOperation<GetExtendedAgentCardRequest, AgentCard> ExtendedCard =
        new("GetExtendedAgentCard", HttpMethod.Get, _ => "/extendedAgentCard", Types.GetExtendedAgentCardRequest, Types.AgentCard);

    private static string Configs(string taskId) => $"/tasks/{Segment(taskId)}/pushNotificationConfigs";

    private static string Segment(string id) => Uri.EscapeDataString(id);

    private static string ListQuery(ListTasksRequest request) => Query(
        ("contextId", request.ContextId),
        ("status", request.Status is { } state ? System.Text.Json.JsonSerializer.SerializeToElement(state, Types.TaskState).GetString() : null),
        ("pageSize", Number(request.PageSize)),
        ("pageToken", request.PageToken),
        ("historyLength", Number(request.HistoryLength)),
        ("statusTimestampAfter", request.StatusTimestampAfter?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        ("includeArtifacts", request.IncludeArtifacts switch { true => "true", false => "false", null => null }));

    private static string Query(params (string Name, string? Value)[] parameters)
    {
        var present = parameters.Where(each => !string.IsNullOrEmpty(each.Value)).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}").ToList();
        return present.Count == 0 ? "" : "?" + string.Join('&', present);
    }

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
