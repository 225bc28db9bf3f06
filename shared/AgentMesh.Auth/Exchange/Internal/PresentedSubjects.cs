using System.Security.Authentication;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>A token that says on whose behalf this party asks (RFC 8693 §2.1).</summary>
internal readonly record struct PresentedSubject(string Value, string Type)
{
    public override string ToString() => "[redacted]";
}

/// <summary>Finds what to present to the authorization server: the token of the request being served, or this party's own JWT-SVID where a task begins.</summary>
internal sealed class PresentedSubjects(MeshIdentity identity, IJwtSvidSource jwtSvids)
{
    public async ValueTask<(PresentedSubject? Subject, TokenError? Error)> GetAsync(DelegationContext? onBehalfOf, CancellationToken cancellationToken)
    {
        if (onBehalfOf?.Token is { } served)
            return (new PresentedSubject(served.Value, TokenExchange.AccessTokenType), null);
        try
        {
            var own = await jwtSvids.FetchJwtSvidAsync(identity.Issuer ?? throw NoIssuer(), cancellationToken).ConfigureAwait(false);
            return (new PresentedSubject(own.Token, TokenExchange.JwtType), null);
        }
        catch (AuthenticationException exception)
        {
            return (null, new TokenError(TokenError.Unavailable, $"No JWT-SVID to begin with: {exception.Message}"));
        }
    }

    private static InvalidOperationException NoIssuer() =>
        new($"{MeshOptions.Names(nameof(MeshOptions.Issuer))} is not set. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/.");
}
