using AgentMesh.AuthServer.Dpop;
using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>
/// Every token is bound to the X509-SVID on the connection (RFC 8705 §3), to the key of a DPoP proof (RFC 9449 §6), or to both. A JWT-SVID
/// alone authenticates, but there is nothing to bind a token to, so none is issued: an unbound token would be worth stealing.
/// </summary>
internal sealed class RequireSenderConstraint : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, RequireSenderConstraint>(ReadDpopProof.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context) =>
        context.EndpointType == OpenIddictServerEndpointType.Token && ServerRequest.Of(context.Transaction) is { Peer: null, ProofKey: null }
            ? context.Refuse(Errors.InvalidRequest, "sender_constraint_required", "A sender constraint is required: send the request over a connection with your X509-SVID or with a DPoP proof, so that the token can be bound to it.")
            : ValueTask.CompletedTask;
}
