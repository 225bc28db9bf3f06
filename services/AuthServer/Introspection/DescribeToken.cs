using System.Text.Json.Nodes;
using AgentMesh.Auth;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Introspection;

/// <summary>
/// RFC 7662: describes a good token to its audience, to the client it was issued to and to operators. To everybody else, and for
/// every other token, the answer is that it is not active.
/// </summary>
internal sealed class DescribeToken(RevocationList revocations, Issuer issuer) : IOpenIddictServerHandler<HandleIntrospectionRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<HandleIntrospectionRequestContext, DescribeToken>(0);

    public ValueTask HandleAsync(HandleIntrospectionRequestContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        request.Http.Response.Headers.CacheControl = "no-store";
        if (request.Presented is not { } token)
        {
            return Inactive(context, "token_invalid");
        }
        var party = request.Party!;
        if (token.Audience != party.SpiffeId && token.ClientId != party.SpiffeId && !party.Permissions.Contains("revoke") && !party.Permissions.Contains("audit"))
        {
            return Inactive(context, "not_a_party_to_token");
        }
        if (revocations.FindReason(token) is not null)
        {
            return Inactive(context, "token_revoked");
        }
        context.Claims["iss"] = issuer.Value;
        context.Subject = token.Subject;
        context.ClientId = token.ClientId;
        context.TokenId = token.Id;
        context.TokenType = token.Type;
        context.IssuedAt = token.IssuedAt;
        context.ExpiresAt = token.ExpiresAt;
        context.Audiences.Add(token.Audience);
        context.Scopes.UnionWith(token.Scope.Split(' '));
        context.Claims["txn"] = token.TransactionId;
        context.Claims["cnf"] = Confirmation(token);
        if (token.Actors.Count > 0)
        {
            context.Claims["act"] = Nest(token.Actors, 0);
        }
        if (token.AuthorizationDetails is { } details)
        {
            context.Claims["authorization_details"] = new OpenIddictParameter(details);
        }
        return ValueTask.CompletedTask;
    }

    // OpenIddict answers {"active": false} for this error.
    private static ValueTask Inactive(HandleIntrospectionRequestContext context, string reason) =>
        context.Refuse(Errors.InvalidToken, reason, "The token is not active.");

    private static JsonObject Confirmation(Tokens.AccessToken token)
    {
        var confirmation = new JsonObject();
        if (token.Thumbprint is { } thumbprint)
        {
            confirmation["x5t#S256"] = thumbprint;
        }
        if (token.ProofKey is { } proofKey)
        {
            confirmation[DpopNames.Confirmation] = proofKey;
        }
        return confirmation;
    }

    private static JsonObject Nest(IReadOnlyList<string> actors, int index)
    {
        var actor = new JsonObject { ["sub"] = actors[index] };
        if (index + 1 < actors.Count)
        {
            actor["act"] = Nest(actors, index + 1);
        }
        return actor;
    }
}
