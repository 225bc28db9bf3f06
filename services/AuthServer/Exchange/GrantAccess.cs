using System.Security.Claims;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Tokens;
using AgentMesh.Manifest;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>
/// Decides the claims of the token: the subject stays, the client becomes the newest actor, the task keeps its name, and the token
/// never outlives the one it comes from.
/// </summary>
internal sealed class GrantAccess(MeshManifest manifest, RevocationList revocations, TimeProvider time) : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.At<HandleTokenRequestContext, GrantAccess>(0);

    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        var request = ServerRequest.Of(context.Transaction);
        var (client, subject) = (request.Party!.SpiffeId, request.Subject!);
        // Whole seconds, as the token will say.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var expires = now + TokenLifetime.Of(manifest);
        var parent = subject.Parent;
        var token = new AccessToken
        {
            Id = TokenIdentifier.Create(),
            Subject = subject.Subject,
            ClientId = client,
            Actors = parent is null ? [] : [client, .. parent.Actors],
            Audience = request.Callee!.SpiffeId,
            Scope = request.GrantedScope!,
            TransactionId = parent?.TransactionId ?? request.TransactionId ?? TokenIdentifier.Create(),
            Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
            IssuedAt = now,
            ExpiresAt = parent is not null && parent.ExpiresAt < expires ? parent.ExpiresAt : expires,
            Thumbprint = request.Peer?.Thumbprint,
            ProofKey = request.ProofKey,
            AuthorizationDetails = request.AuthorizationDetails,
        };
        // In the second in which a party was enabled again, the token is from the next one: it is told from those of before.
        var issuable = revocations.IssuableFrom(token);
        request.Issued = issuable > now ? token with { IssuedAt = issuable } : token;
        context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(Claims.Subject, subject.Subject)], "exchange"));
        return ValueTask.CompletedTask;
    }
}
