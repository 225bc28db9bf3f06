using System.Diagnostics;
using System.Net;

namespace AgentMesh.Auth;

/// <summary>
/// Exchanges the token of the request being served, or this party's own JWT-SVID where a task begins, for one that the callee accepts
/// (RFC 8693 §2.1). The party proves itself with its X509-SVID, to which the new token is bound (RFC 8705 §3), or with a JWT-SVID and a key (RFC 9449).
/// </summary>
internal sealed class TokenExchangeSource(AuthorizationServer server, MeshIdentity identity, PresentedSubjects subjects, ProofKeys keys, TimeProvider time, AuthMetrics metrics) : ITokenSource
{
    public bool BindsToSvid => !keys.AreNeeded;

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
        var (subject, error) = await subjects.GetAsync(request.OnBehalfOf, cancellationToken).ConfigureAwait(false);
        if (subject is not { } presented)
            return TokenResult.Failure(error!.Code, error.Description);

        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", TokenExchange.GrantType),
            new("client_id", identity.Id.ToString()),
            new("subject_token", presented.Value),
            new("subject_token_type", presented.Type),
            new("requested_token_type", TokenExchange.AccessTokenType),
            new("audience", request.Callee.SpiffeId),
            new("scope", request.Scopes.ToString()),
        ];
        var answer = await server.PostToTokenEndpointAsync(form, request.Svid, request.ProofKey, cancellationToken).ConfigureAwait(false);
        return answer.Error is { } failed ? TokenResult.Failure(failed.Code, failed.Description) : Read(answer, request);
    }

    private TokenResult Read(ServerAnswer answer, TokenRequest request)
    {
        if (TokenAnswer.Read(answer.Json) is not { } body)
            return Bad("is not the JSON of RFC 6749 section 5");
        if (answer.Status != HttpStatusCode.OK)
        {
            var error = body.ToError(answer.Status);
            return TokenResult.Failure(error.Code, error.Description);
        }
        return body.AccessToken is not null && body.IssuedTokenType != TokenExchange.AccessTokenType
            ? Bad("has an issued_token_type that is not an access token")
            : body.ToToken(request.Scopes, request.Svid, request.ProofKey, time.GetUtcNow());

        static TokenResult Bad(string what) => TokenResult.Failure(TokenError.BadAnswer, TokenAnswer.Bad(what).Description);
    }
}
