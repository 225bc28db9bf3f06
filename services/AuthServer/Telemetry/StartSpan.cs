using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Telemetry;

/// <summary>Opens the span that covers a token request's checks and its signature.</summary>
internal sealed class StartSpan : IOpenIddictServerHandler<ExtractTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<ExtractTokenRequestContext, StartSpan>(int.MinValue + 1);

    public ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        ServerRequest.Of(context.Transaction).Activity = ServerTelemetry.Activities.StartActivity("token exchange");
        return ValueTask.CompletedTask;
    }
}
