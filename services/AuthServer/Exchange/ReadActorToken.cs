using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>
/// The actor is always the authenticated client. An actor token may say so too, but never that it is somebody else; and a
/// <c>may_act</c> in the subject token admits only whom it names (RFC 8693 §4.4).
/// </summary>
internal sealed class ReadActorToken(OwnJwtSvid svids) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, ReadActorToken>(ReadSubjectToken.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.Request?.IsTokenExchangeGrantType() != true)
        {
            return ValueTask.CompletedTask;
        }
        var request = ServerRequest.Of(context.Transaction);
        if (context.Request.ActorToken is { Length: > 0 } actorToken)
        {
            if (!svids.TryValidate(actorToken, out var actor, out var error))
            {
                return context.Refuse(Errors.InvalidRequest, "actor_token_invalid", $"The actor token is refused: {error}.");
            }
            if (!actor.Id.Equals(request.Client))
            {
                return context.Refuse(Errors.InvalidRequest, "actor_token_not_own", "The actor token must be the client's own JWT-SVID.");
            }
        }
        return request.Subject!.MayAct is { } mayAct && !string.Equals(mayAct, request.Party!.SpiffeId, StringComparison.Ordinal)
            ? context.Refuse(Errors.InvalidRequest, "may_act", "The subject token's may_act does not name this client.")
            : ValueTask.CompletedTask;
    }
}
