using AgentMesh.AuthServer.Exchange;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Introspection;

/// <summary>Reads the token that an introspection or revocation request is about. An unknown one is no error (RFC 7009 §2.2, RFC 7662 §2.2).</summary>
internal sealed class ReadPresentedToken(AccessTokenReader tokens) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, ReadPresentedToken>(ReadActorToken.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Introspection or OpenIddictServerEndpointType.Revocation)
        {
            ServerRequest.Of(context.Transaction).Presented = tokens.Read(context.Request?.Token).Token;
        }
        return ValueTask.CompletedTask;
    }
}
