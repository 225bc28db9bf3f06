using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>
/// Exchanges the token of the request being served, or this party's own JWT-SVID where a task begins, for one that the callee accepts
/// (RFC 8693 §2.1). The party proves itself with its X509-SVID, to which the new token is bound (RFC 8705 §3).
/// </summary>
internal sealed class TokenExchangeSource(AuthorizationServer server, MeshIdentity identity, IJwtSvidSource jwtSvids, TimeProvider time, AuthMetrics metrics) : ITokenSource
{
    // Kestrel accepts 32 KiB of headers by default; a token that large is an attack or a fault.
    private const int MaxTokenLength = 16 * 1024;

    public async ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        var issuer = identity.Issuer is { Length: > 0 } text ? new Uri(text) : null;
        using var span = AuthTelemetry.Source.StartActivity($"token exchange {request.Callee.Name}", ActivityKind.Client);
        span?.SetTag("server.address", issuer?.Host).SetTag("server.port", issuer?.Port).SetTag("oauth.grant_type", TokenExchange.GrantType)
            .SetTag("agentmesh.callee", request.Callee.Name).SetTag("agentmesh.scopes", request.Scopes.ToString())
            .SetTag("agentmesh.txn", request.OnBehalfOf?.TransactionId);
        var started = time.GetTimestamp();

        var result = await ExchangeAsync(request, cancellationToken).ConfigureAwait(false);

        metrics.Exchanged(time.GetElapsedTime(started), request.Callee.Name, result.Error?.Code);
        if (result.Error is { } error)
            span?.SetTag("error.type", error.Code).SetStatus(ActivityStatusCode.Error, error.Description);
        return result;
    }

    private async Task<TokenResult> ExchangeAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        string subjectToken, subjectTokenType;
        if (request.OnBehalfOf?.Token is { } served)
        {
            (subjectToken, subjectTokenType) = (served.Value, TokenExchange.AccessTokenType);
        }
        else
        {
            try
            {
                var own = await jwtSvids.FetchJwtSvidAsync(identity.Issuer ?? throw NoIssuer(), cancellationToken).ConfigureAwait(false);
                (subjectToken, subjectTokenType) = (own.Token, TokenExchange.JwtType);
            }
            catch (AuthenticationException exception)
            {
                return TokenResult.Failure(TokenError.Unavailable, $"No JWT-SVID to begin with: {exception.Message}");
            }
        }

        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", TokenExchange.GrantType),
            new("client_id", identity.Id.ToString()),
            new("subject_token", subjectToken),
            new("subject_token_type", subjectTokenType),
            new("requested_token_type", TokenExchange.AccessTokenType),
            new("audience", request.Callee.SpiffeId),
            new("scope", request.Scopes.ToString()),
        ];
        var answer = await server.PostToTokenEndpointAsync(form, request.Svid, cancellationToken).ConfigureAwait(false);
        return answer.Error is { } failed ? TokenResult.Failure(failed.Code, failed.Description) : Read(answer, request);
    }

    private TokenResult Read(ServerAnswer answer, TokenRequest request)
    {
        TokenAnswer? body;
        try
        {
            body = JsonSerializer.Deserialize(answer.Json, ExchangeJson.Default.TokenAnswer);
        }
        catch (JsonException)
        {
            body = null;
        }

        if (body is null)
            return Bad("is not the JSON of RFC 6749 section 5");
        if (answer.Status != HttpStatusCode.OK)
        {
            return body.Error is { Length: > 0 and <= 100 } code
                ? TokenResult.Failure(code, Shown(body.ErrorDescription) ?? "The authorization server gave no description.")
                : Bad($"has status {(int)answer.Status} and no error code");
        }
        if (body.AccessToken is not { Length: > 0 and <= MaxTokenLength } token || !TokenText.IsHeaderSafe(token))
            return Bad("has no usable access_token");
        if (body.IssuedTokenType != TokenExchange.AccessTokenType)
            return Bad("has an issued_token_type that is not an access token");
        if (!string.Equals(body.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase))
            return Bad("has a token_type that is not Bearer");
        if (body.ExpiresIn is not (> 0 and <= 3600))
            return Bad("has no expires_in from 1 to 3600 seconds");
        // An omitted scope means: as requested (RFC 6749 section 5.1).
        if (!ScopeSet.TryParse(body.Scope ?? request.Scopes.ToString(), out var granted) || !granted.ContainsAll(request.Scopes))
            return TokenResult.Failure("invalid_scope", $"The authorization server granted \"{Shown(body.Scope)}\" instead of \"{request.Scopes}\".");
        if (!TokenText.TryReadBinding(token, out var binding, out var expiresAt))
            return Bad("has an access_token that is not a JWT with exp and cnf");
        if (binding != request.Svid.Thumbprint)
            return Bad("has a token that is bound to another certificate than the one it was asked for with");

        var byAnswer = time.GetUtcNow().AddSeconds(body.ExpiresIn.Value);
        return TokenResult.Success(new AccessToken(token, granted, byAnswer < expiresAt ? byAnswer : expiresAt));

        static TokenResult Bad(string what) => TokenResult.Failure(TokenError.BadAnswer, $"The authorization server's answer {what}.");
    }

    private static string? Shown(string? value) => value is { Length: > 500 } ? value[..500] + "…" : value;

    private static InvalidOperationException NoIssuer() =>
        new($"{MeshOptions.Names(nameof(MeshOptions.Issuer))} is not set. Set it to the authorization server's issuer, such as https://127.0.0.1:7443/.");
}
