using AgentMesh.AuthServer.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.ClientAuthentication;

/// <summary>
/// Exactly one workload stands behind a request: the SVID on the connection, the assertion and <c>client_id</c>, as far as they are
/// there, name the same. An assertion that somebody else replays over its own connection fails here.
/// </summary>
internal sealed class RequireClient : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, RequireClient>(ValidateSpiffeAssertion.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        if ((request.Peer?.Id ?? request.AssertionSubject) is not { } client)
        {
            return context.Refuse(Errors.InvalidClient, "no_client_credential", "Authenticate with an X509-SVID on this connection, or with a JWT-SVID as client assertion.");
        }
        if (request.AssertionSubject is { } subject && !subject.Equals(client))
        {
            return context.Refuse(Errors.InvalidClient, "assertion_replayed", "The client assertion belongs to another workload than the X509-SVID on this connection.");
        }
        if (context.Request?.ClientId is { Length: > 0 } clientId && !string.Equals(clientId, client.ToString(), StringComparison.Ordinal))
        {
            return context.Refuse(Errors.InvalidClient, "client_id_mismatch", "client_id is not the SPIFFE ID of the client's SVID.");
        }
        request.Client = client;
        return ValueTask.CompletedTask;
    }
}
