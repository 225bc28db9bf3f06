using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// RFC 7009: the client that a token was issued to, or an operator who may revoke, ends it, and with it every token that comes from it.
/// For a token that is none any more, or somebody else's, the answer is the same empty 200: nobody learns which tokens exist.
/// </summary>
internal sealed class RevokePresentedToken(SecurityEventLog log, RevocationList revocations) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    /// <summary>Every receiver keeps what is revoked until it expires: no agent may fill all their memories.</summary>
    private const int MostOfOneAgent = 1000;

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
        var isOperator = party.Permissions.Contains("revoke");
        if (token.ClientId != party.SpiffeId && !isOperator)
        {
            await context.Refuse(Errors.InvalidToken, "not_a_party_to_token", "The token is not active.");
            return;
        }
        if (revocations.FindReason(token) is not null)
        {
            // Said already: whoever repeats it adds nothing to anybody's list.
            return;
        }
        if (!isOperator && revocations.CountTokensRevokedBy(party.SpiffeId) >= MostOfOneAgent)
        {
            // RFC 7009 §2.2.1: the client must assume that the token still exists, and may try again.
            // OpenIddict answers each of its errors with 400, so the status is set last.
            var response = request.Http.Response;
            response.OnStarting(() =>
            {
                (response.StatusCode, response.Headers.RetryAfter) = (StatusCodes.Status503ServiceUnavailable, "60");
                return Task.CompletedTask;
            });
            await context.Refuse(Errors.TemporarilyUnavailable, "too_many_revocations", "This client has revoked more tokens than anybody needs to; try again when some of them have expired.");
            return;
        }
        await log.AppendAsync(SecurityEventKind.TokenRevoked, token.Id, token.ExpiresAt, party.SpiffeId, reason: null, context.CancellationToken);
    }
}
