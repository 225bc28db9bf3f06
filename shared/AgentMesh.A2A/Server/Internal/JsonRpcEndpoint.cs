using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A.Internal;

/// <summary>The JSON-RPC binding (A2A §9): one endpoint, the method in the body.</summary>
internal sealed class JsonRpcEndpoint(A2AServer server, CallContexts calls)
{
    public async Task HandleAsync(HttpContext context)
    {
        var id = "null";
        try
        {
            using var document = await RequestReader.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false)
                ?? throw new A2AException(A2AErrorCode.ParseError, "The body is empty.");
            var (method, parameters) = ReadEnvelope(document.RootElement, ref id);
            var call = calls.Create(context);
            if (method is "SendStreamingMessage" or "SubscribeToTask")
                await StreamAsync(context, call, id, method, parameters).ConfigureAwait(false);
            else
                await ReplyAsync(context, id, await InvokeAsync(context, call, method, parameters).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (error, status) = ServerErrors.Translate(exception, server.Logger);
            await ServerErrors.TellHostAsync(server.Options, context, error).ConfigureAwait(false);
            // JSON-RPC carries its errors in an HTTP success, except those that are not the protocol's.
            context.Response.StatusCode = status is 401 or 403 or 413 or 503 ? status : StatusCodes.Status200OK;
            await ReplyAsync(context, Error(id, error)).ConfigureAwait(false);
        }
    }

    private static (string Method, JsonElement Parameters) ReadEnvelope(JsonElement root, ref string id)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new A2AException(A2AErrorCode.InvalidRequest, "A request is one JSON object; batches are not supported.");
        if (!root.TryGetProperty("id", out var given) || given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            throw new A2AException(A2AErrorCode.InvalidRequest, "id must be a string or a number.");
        if (given.GetRawText() is { Length: <= RequestValidation.MaxIdLength } raw)
            id = raw;
        else
            throw new A2AException(A2AErrorCode.InvalidRequest, "id is too long.");
        if (!root.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"))
            throw new A2AException(A2AErrorCode.InvalidRequest, "jsonrpc must be \"2.0\".");
        if (!root.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String || !JsonStrings.AreText(method))
            throw new A2AException(A2AErrorCode.InvalidRequest, "method must be a string.");
        var parameters = root.TryGetProperty("params", out var present) && present.ValueKind != JsonValueKind.Null ? present : JsonElement.Parse("{}");
        return (method.GetString()!, parameters);
    }

    private async ValueTask<Action<Utf8JsonWriter>> InvokeAsync(HttpContext context, CallContext call, string method, JsonElement parameters)
    {
        var aborted = context.RequestAborted;
        var json = A2AJson.Default;
        T Read<T>(JsonTypeInfo<T> type) where T : class => RequestReader.Parse(parameters, type);
        switch (method)
        {
            case "SendMessage":
                return Result(await server.Sends.SendAsync(call, Read(json.SendMessageRequest), aborted).ConfigureAwait(false), json.SendMessageResponse);
            case "GetTask":
                return Result(await server.Tasks.GetAsync(call, Read(json.GetTaskRequest), aborted).ConfigureAwait(false), json.AgentTask);
            case "ListTasks":
                return Result(await server.Tasks.ListAsync(call, Read(json.ListTasksRequest), aborted).ConfigureAwait(false), json.ListTasksResponse);
            case "CancelTask":
                return Result(await server.Tasks.CancelAsync(call, Read(json.CancelTaskRequest), aborted).ConfigureAwait(false), json.AgentTask);
            case "CreateTaskPushNotificationConfig":
                return Result(await server.Push.CreateAsync(call, Read(json.TaskPushNotificationConfig), aborted).ConfigureAwait(false), json.TaskPushNotificationConfig);
            case "GetTaskPushNotificationConfig":
                return Result(await server.Push.GetAsync(call, Read(json.GetTaskPushNotificationConfigRequest), aborted).ConfigureAwait(false), json.TaskPushNotificationConfig);
            case "ListTaskPushNotificationConfigs":
                return Result(await server.Push.ListAsync(call, Read(json.ListTaskPushNotificationConfigsRequest), aborted).ConfigureAwait(false), json.ListTaskPushNotificationConfigsResponse);
            case "DeleteTaskPushNotificationConfig":
                await server.Push.DeleteAsync(call, Read(json.DeleteTaskPushNotificationConfigRequest), aborted).ConfigureAwait(false);
                return static writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteEndObject();
                };
            case "GetExtendedAgentCard":
                return Result(await ExtendedCard.GetAsync(server.Options, context).ConfigureAwait(false), json.AgentCard);
            default:
                throw new A2AException(A2AErrorCode.MethodNotFound);
        }
    }

    private async Task StreamAsync(HttpContext context, CallContext call, string id, string method, JsonElement parameters)
    {
        ServerErrors.RequireStreaming(server.Options);
        using var stream = method == "SubscribeToTask"
            ? await server.Tasks.SubscribeAsync(call, RequestReader.Parse(parameters, A2AJson.Default.SubscribeToTaskRequest), context.RequestAborted).ConfigureAwait(false)
            : await server.Sends.StreamAsync(call, RequestReader.Parse(parameters, A2AJson.Default.SendMessageRequest), context.RequestAborted).ConfigureAwait(false);
        var events = new ServerSentEvents(context, server.Options.KeepAlive, server.Time);
        try
        {
            var before = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{id}},"result":""");
            await events.WriteAsync(stream.ReadAllAsync(context.RequestAborted), before, "}"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var (error, _) = ServerErrors.Translate(exception, server.Logger);
            await events.WriteErrorAsync(Serialize(Error(id, error)), named: false).ConfigureAwait(false);
        }
    }

    private static Action<Utf8JsonWriter> Result<T>(T value, JsonTypeInfo<T> type) => writer => JsonSerializer.Serialize(writer, value, type);

    private static Task ReplyAsync(HttpContext context, string id, Action<Utf8JsonWriter> result) => ReplyAsync(context, writer =>
    {
        Begin(writer, id);
        writer.WritePropertyName("result"u8);
        result(writer);
        writer.WriteEndObject();
    });

    private static Action<Utf8JsonWriter> Error(string id, A2AException error) => writer =>
    {
        Begin(writer, id);
        writer.WritePropertyName("error"u8);
        ErrorJson.WriteJsonRpc(writer, error);
        writer.WriteEndObject();
    };

    private static void Begin(Utf8JsonWriter writer, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WritePropertyName("id"u8);
        writer.WriteRawValue(id);
    }

    private static Task ReplyAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = A2AMediaTypes.Json;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(Serialize(write), context.RequestAborted).AsTask();
    }

    private static ReadOnlyMemory<byte> Serialize(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return buffer.WrittenMemory;
    }
}
