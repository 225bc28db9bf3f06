using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>Signs the granted token and answers with it (RFC 8693 §2.2.1). There is never a refresh token.</summary>
internal sealed class AttachAccessToken(AccessTokenWriter writer, TimeProvider time) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<ProcessSignInContext, AttachAccessToken>(0);

    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        var token = ServerRequest.Of(context.Transaction).Issued!;
        context.Response.AccessToken = writer.Write(token);
        if (context.Request.IsTokenExchangeGrantType())
        {
            context.Response.IssuedTokenType = TokenTypeIdentifiers.AccessToken;
        }
        context.Response.TokenType = token.Type;
        context.Response.ExpiresIn = (long)(token.ExpiresAt - time.GetUtcNow()).TotalSeconds;
        context.Response.Scope = token.Scope;
        if (token.AuthorizationDetails is { } details)
        {
            // RFC 9396 §7.
            context.Response["authorization_details"] = new OpenIddictParameter(details);
        }
        return ValueTask.CompletedTask;
    }
}
