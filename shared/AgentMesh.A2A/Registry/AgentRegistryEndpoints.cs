using System.Buffers;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AgentMesh.A2A;

/// <summary>Serves a registry over HTTP.</summary>
public static class AgentRegistryEndpoints
{
    private const int MaxCardBytes = 256 * 1024;
    private const int MaxInstanceLength = 64;

    /// <summary>
    /// Maps <c>GET {path}</c> (query <c>name</c>, <c>skill</c>, <c>tag</c>), <c>PUT {path}/{name}?instance=</c> with a signed card and
    /// <c>DELETE {path}/{name}?instance=</c>. Authentication is the host's: add it to what this returns.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="path">The path of the registry.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="identify">
    /// Which agent is behind a request, for registration; <see langword="null"/> refuses it. A party registers itself only: another
    /// name in the path is refused.
    /// </param>
    /// <param name="options">What else the host has a say in.</param>
    public static IEndpointConventionBuilder MapAgentRegistry(
        this IEndpointRouteBuilder endpoints, string path, AgentRegistry registry, Func<HttpContext, AgentRegistrant?> identify, AgentRegistryOptions? options = null)
    {
        options ??= new();
        var group = endpoints.MapGroup(path.TrimEnd('/'));
        group.MapGet("/", context => FindAsync(context, registry, options));
        group.MapPut("/{name}", context => GuardAsync(context, identify, options, async (registrant, instance) =>
        {
            using var document = await RequestReader.ReadAsync(context, MaxCardBytes).ConfigureAwait(false);
            var json = document is null ? "" : document.RootElement.GetRawText();
            return await registry.RegisterAsync(registrant, instance, System.Text.Encoding.UTF8.GetBytes(json), context.RequestAborted).ConfigureAwait(false);
        }));
        group.MapDelete("/{name}", context => GuardAsync(context, identify, options, async (registrant, instance) =>
        {
            await registry.UnregisterAsync(registrant, instance, context.RequestAborted).ConfigureAwait(false);
            return null;
        }));
        return group;
    }

    private static async Task GuardAsync(
        HttpContext context, Func<HttpContext, AgentRegistrant?> identify, AgentRegistryOptions options, Func<AgentRegistrant, string, ValueTask<string?>> action)
    {
        var registrant = identify(context);
        if (registrant is null || (string?)context.Request.RouteValues["name"] != registrant.Name)
        {
            await RefuseAsync(context, options, StatusCodes.Status403Forbidden, "A party registers itself only.").ConfigureAwait(false);
            return;
        }
        if (Query.Text(context, "instance") is not { Length: > 0 and <= MaxInstanceLength } instance || !RequestValidation.IsText(instance))
        {
            await RefuseAsync(context, options, StatusCodes.Status400BadRequest, $"The parameter instance must say in 1 to {MaxInstanceLength} characters which process this is.").ConfigureAwait(false);
            return;
        }
        try
        {
            if (await action(registrant, instance).ConfigureAwait(false) is { } reason)
                await RefuseAsync(context, options, StatusCodes.Status400BadRequest, reason).ConfigureAwait(false);
            else
                context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (A2AException exception)
        {
            await RefuseAsync(context, options, exception.Code.HttpStatus(), exception.Message).ConfigureAwait(false);
        }
        catch (RequestTooLargeException exception)
        {
            await RefuseAsync(context, options, StatusCodes.Status413PayloadTooLarge, exception.Message).ConfigureAwait(false);
        }
    }

    private static Task FindAsync(HttpContext context, AgentRegistry registry, AgentRegistryOptions options) => WriteAsync(context, StatusCodes.Status200OK, "application/json", async writer =>
    {
        var query = new AgentQuery(Query.Text(context, "name"), Query.Text(context, "skill"), Query.Text(context, "tag"));
        writer.WriteStartObject();
        writer.WriteStartArray("agents"u8);
        foreach (var agent in await registry.FindAsync(query, context.RequestAborted).ConfigureAwait(false))
        {
            if (options.MayFind?.Invoke(context, agent) == false)
                continue;
            writer.WriteStartObject();
            writer.WriteString("name"u8, agent.Name);
            writer.WriteString("party"u8, agent.Party);
            writer.WriteBoolean("healthy"u8, agent.Healthy);
            writer.WriteString("renewed"u8, agent.Renewed);
            writer.WritePropertyName("card"u8);
            writer.WriteRawValue(agent.CardJson.Span);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static async Task RefuseAsync(HttpContext context, AgentRegistryOptions options, int status, string detail)
    {
        if (options.OnRefused is { } tell)
            await tell(context, detail).ConfigureAwait(false);
        await WriteAsync(context, status, "application/problem+json", writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("status"u8, status);
            writer.WriteString("detail"u8, detail);
            writer.WriteEndObject();
            return Task.CompletedTask;
        }).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, Func<Utf8JsonWriter, Task> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            await write(writer).ConfigureAwait(false);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
