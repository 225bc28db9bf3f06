using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// RFC 7009: the client that a token was issued to, or an operator who may revoke, ends it. For a token that is none any more, or
/// somebody else's, the answer is the same empty 200: nobody learns which tokens exist.
/// </summary>
internal sealed class RevokePresentedToken(SecurityEventLog log) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<HandleRevocationRequestContext, RevokePresentedToken>(0);

    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        var party = request.Party!;
        if (request.Presented is not { } token)
        {
            await context.Refuse(Errors.InvalidToken, "token_invalid", "The token is not active.");
            return;
        }
        if (token.ClientId != party.SpiffeId && !party.Permissions.Contains("revoke"))
        {
            await context.Refuse(Errors.InvalidToken, "not_a_party_to_token", "The token is not active.");
            return;
        }
        await log.AppendAsync(SecurityEventKind.TokenRevoked, token.Id, token.ExpiresAt, party.SpiffeId, reason: null, context.CancellationToken);
    }
}
