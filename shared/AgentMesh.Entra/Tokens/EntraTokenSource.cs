using System.Diagnostics;
using System.Security.Authentication;
using AgentMesh.Auth;
using Microsoft.Extensions.Logging;
using Microsoft.Identity.Client;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace AgentMesh.Entra;

/// <summary>
/// Tokens of Microsoft Entra ID by client credentials (RFC 6749 §4.4), for which the agent proves itself with its JWT-SVID. They speak for the agent
/// alone: Entra has no token exchange as RFC 8693 defines it, so that neither the subject nor the chain of the request being served is in them.
/// </summary>
internal sealed partial class EntraTokenSource(EntraCallees callees, EntraAcquirers acquirers, MeshIdentity identity, TimeProvider time, EntraMetrics metrics,
    ILogger<EntraTokenSource> logger) : ITokenSource
{
    /// <summary>What <c>Mesh:Callees:{name}:TokenSource</c> says to get this one.</summary>
    public const string Key = "entra";

    private const int LongestToken = 16 * 1024;

    public bool Delegates => false;

    public bool BindsToSvid => false;

    public async ValueTask<TokenResult> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        if (callees.Find(request.Callee.Name) is not { } callee)
            return TokenResult.Failure("invalid_target", $"Mesh:Callees:{request.Callee.Name}:Entra is not configured.");
        using var span = EntraTelemetry.Source.StartActivity($"entra token {callee.Name}", ActivityKind.Client);
        span?.SetTag("server.address", callee.Instance.Host).SetTag("oauth.grant_type", "client_credentials").SetTag("agentmesh.callee", callee.Name);
        var started = time.GetTimestamp();

        var result = await AcquireAsync(callee, request.Scopes, cancellationToken).ConfigureAwait(false);

        metrics.Acquired(time.GetElapsedTime(started), callee.Name, result.Error?.Code);
        if (result.Error is { } error)
        {
            span?.SetTag("error.type", error.Code).SetStatus(ActivityStatusCode.Error, error.Description);
            LogRefused(callee.Name, error.Code, error.Description);
        }
        return result;
    }

    private async ValueTask<TokenResult> AcquireAsync(EntraCallee callee, ScopeSet scopes, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await acquirers.AcquireAsync(callee, cancellationToken).ConfigureAwait(false);
            if (answer.AccessToken is not { Length: > 0 and <= LongestToken } token)
                return TokenResult.Failure(TokenError.BadAnswer, $"{callee.Authority} answered without a usable access_token.");
            LogAcquired(callee.Name, callee.Authority, answer.ExpiresOn);
            // Which roles are in it is between Entra and the callee: to a client the token is opaque.
            return TokenResult.Success(new AccessToken(token, scopes, answer.ExpiresOn));
        }
        catch (MsalServiceException exception) when (IsTransient(exception.StatusCode))
        {
            return Unavailable(callee, exception);
        }
        catch (MsalServiceException exception)
        {
            var error = EntraError.Read(exception.ResponseBody, exception.ErrorCode);
            return TokenResult.Failure(error.Code, EntraAdvice.For(error, callee, identity.Id.ToString(), acquirers.AssertionIssuer));
        }
        catch (Exception exception) when (exception is JwtSvidUnfitException or AuthenticationException)
        {
            return TokenResult.Failure(TokenError.Unavailable, exception.Message);
        }
        catch (Exception exception) when (exception is MsalClientException or HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return TokenResult.Failure(TokenError.Unavailable, $"{callee.Authority} (Mesh:Entra:Instance and TenantId) could not be asked for a token: {Innermost(exception)}");
        }
    }

    private TokenResult Unavailable(EntraCallee callee, MsalServiceException exception)
    {
        var header = exception.Headers?.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow() ?? TimeSpan.Zero;
        // MSAL remembers the time that was asked for, and does not ask again before it is over.
        return TokenResult.Failure(TokenError.Unavailable, exception is MsalThrottledServiceException
            ? $"{callee.Instance.Host} answered {exception.StatusCode} before and asked not to be asked again within {wait.TotalSeconds:0} s, which are not over."
            : $"{callee.Instance.Host} answered {exception.StatusCode} and is asked again in {wait.TotalSeconds:0} s.");
    }

    private static bool IsTransient(int status) => status is 408 or 429 or >= 500;

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }

    [LoggerMessage(1401, LogLevel.Information, "Acquired a token for {Callee} from {Authority}, until {ExpiresAt:u}.")]
    private partial void LogAcquired(string callee, string authority, DateTimeOffset expiresAt);

    [LoggerMessage(1403, LogLevel.Warning, "No token for {Callee} from Microsoft Entra ID, {Code}: {Description}")]
    private partial void LogRefused(string callee, string code, string description);
}
