using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A;

/// <summary>Maps A2A servers into a web application.</summary>
public static class A2AEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps both bindings of the server that <see cref="A2AServiceCollectionExtensions.AddA2AServer{TExecutor}"/> registered:
    /// JSON-RPC at <paramref name="path"/>, HTTP+JSON below it. Cards name <paramref name="path"/> as the URL of both.
    /// </summary>
    /// <returns>For conventions that hold for all operations, such as <c>RequireAuthorization</c>.</returns>
    public static IEndpointConventionBuilder MapA2A(this IEndpointRouteBuilder endpoints, string path) =>
        endpoints.MapA2A(path, endpoints.ServiceProvider.GetRequiredService<A2AServer>());

    /// <summary>Maps both bindings of a server: JSON-RPC at <paramref name="path"/>, HTTP+JSON below it.</summary>
    /// <returns>For conventions that hold for all operations, such as <c>RequireAuthorization</c>.</returns>
    public static IEndpointConventionBuilder MapA2A(this IEndpointRouteBuilder endpoints, string path, A2AServer server)
    {
        var calls = new CallContexts(server.Options, server.Stopping);
        var group = endpoints.MapGroup(path.TrimEnd('/'));
        group.MapPost("/", new JsonRpcEndpoint(server, calls).HandleAsync);
        new RestEndpoints(server, new(server, calls)).Map(group);
        return group;
    }

    /// <summary>Serves the agent's card (A2A §8.2, §8.6) with an ETag and how long it may be kept.</summary>
    public static IEndpointConventionBuilder MapAgentCard(this IEndpointRouteBuilder endpoints, string path = A2AProtocol.AgentCardPath) =>
        endpoints.MapAgentCard(endpoints.ServiceProvider.GetRequiredService<A2AServer>(), path);

    /// <summary>Serves the card of a server's agent.</summary>
    public static IEndpointConventionBuilder MapAgentCard(this IEndpointRouteBuilder endpoints, A2AServer server, string path = A2AProtocol.AgentCardPath)
    {
        var cacheControl = $"public, max-age={(long)server.Options.CardMaxAge.TotalSeconds}";
        return endpoints.MapGet(path, async context =>
        {
            var card = server.Card.Current();
            context.Response.Headers.ETag = card.ETag;
            context.Response.Headers.CacheControl = cacheControl;
            if (context.Request.Headers.IfNoneMatch.Any(given => given == "*" || given?.Split(',', StringSplitOptions.TrimEntries).Contains(card.ETag) == true))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            context.Response.ContentType = A2AMediaTypes.Json;
            await context.Response.Body.WriteAsync(card.Json, context.RequestAborted).ConfigureAwait(false);
        });
    }
}
