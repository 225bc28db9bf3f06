using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Discovery;

/// <summary>The issuer goes out exactly as configured. Metadata and keys may be cached for a few minutes: keys are published long before they sign.</summary>
internal sealed class FinishDiscovery(Issuer issuer) : IOpenIddictServerHandler<ApplyConfigurationResponseContext>, IOpenIddictServerHandler<ApplyJsonWebKeySetResponseContext>
{
    public static OpenIddictServerHandlerDescriptor Configuration { get; } = HandlerOrder.At<ApplyConfigurationResponseContext, FinishDiscovery>(1_000);

    public static OpenIddictServerHandlerDescriptor JsonWebKeySet { get; } = HandlerOrder.At<ApplyJsonWebKeySetResponseContext, FinishDiscovery>(1_000);

    public async ValueTask HandleAsync(ApplyConfigurationResponseContext context)
    {
        if (!string.IsNullOrEmpty(context.Error))
        {
            return;
        }
        await Allow(context);
        var metadata = JsonSerializer.SerializeToNode(context.Response)!.AsObject();
        metadata["issuer"] = issuer.Value;

        // RFC 8414 §2 requires this member. Without an authorization endpoint the list is empty, and OpenIddict leaves empty lists out.
        metadata["response_types_supported"] = new JsonArray();
        metadata.Remove("require_pushed_authorization_requests");
        await ServerRequest.Of(context.Transaction).Http.Response.WriteAsJsonAsync(metadata, context.CancellationToken);
        context.HandleRequest();
    }

    public ValueTask HandleAsync(ApplyJsonWebKeySetResponseContext context) => Allow(context);

    private static ValueTask Allow(BaseRequestContext context)
    {
        ServerRequest.Of(context.Transaction).Http.Response.Headers.CacheControl = "public, max-age=300";
        return ValueTask.CompletedTask;
    }
}
