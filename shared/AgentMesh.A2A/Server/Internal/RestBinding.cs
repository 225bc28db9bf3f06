using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A.Internal;

/// <summary>What all operations of the HTTP+JSON binding share: the call's context, replies, streams and errors.</summary>
internal sealed class RestBinding(A2AServer server, CallContexts calls)
{
    public RequestDelegate Handle(Func<HttpContext, CallContext, ValueTask<RestResult>> operation) => context => GuardAsync(context, async () =>
    {
        var result = await operation(context, calls.Create(context)).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store";
        if (result.Write is null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        context.Response.ContentType = MediaType(context);
        await context.Response.Body.WriteAsync(Serialize(result.Write), context.RequestAborted).ConfigureAwait(false);
    });

    public RequestDelegate Stream(Func<HttpContext, CallContext, ValueTask<TaskStream>> operation) => context => GuardAsync(context, async () =>
    {
        var call = calls.Create(context);
        ServerErrors.RequireStreaming(server.Options);
        using var stream = await operation(context, call).ConfigureAwait(false);
        var events = new ServerSentEvents(context, server.Options.KeepAlive, server.Time);
        try
        {
            await events.WriteAsync(stream.ReadAllAsync(context.RequestAborted), default, default, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var (error, status) = ServerErrors.Translate(exception, server.Logger);
            await events.WriteErrorAsync(Serialize(writer => ErrorJson.WriteStatus(writer, error, status)), named: true).ConfigureAwait(false);
        }
    });

    private async Task GuardAsync(HttpContext context, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (error, status) = ServerErrors.Translate(exception, server.Logger);
            await ServerErrors.TellHostAsync(server.Options, context, error).ConfigureAwait(false);
            context.Response.StatusCode = status;
            context.Response.ContentType = MediaType(context);
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(Serialize(writer => ErrorJson.WriteStatus(writer, error, status)), context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>application/a2a+json is for those who ask for it (A2A §11.1); everybody reads application/json.</summary>
    private static string MediaType(HttpContext context) =>
        context.Request.Headers.Accept.Any(accept => accept?.Contains(A2AMediaTypes.A2AJson, StringComparison.OrdinalIgnoreCase) == true)
            ? A2AMediaTypes.A2AJson
            : A2AMediaTypes.Json;

    private static ReadOnlyMemory<byte> Serialize(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return buffer.WrittenMemory;
    }
}

/// <summary>What an operation answers with.</summary>
internal readonly record struct RestResult(Action<Utf8JsonWriter>? Write)
{
    /// <summary>204.</summary>
    public static RestResult Empty => default;

    public static RestResult Of<T>(T value, JsonTypeInfo<T> type) => new(writer => JsonSerializer.Serialize(writer, value, type));
}
