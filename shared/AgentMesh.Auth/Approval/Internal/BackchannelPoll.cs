using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Polls the token endpoint for one approval (CIBA §10.1). The interval counts from one poll's beginning to the next one's, so that a server which holds a poll until
/// somebody decides is asked again at once when it gives up holding.
/// </summary>
[DebuggerDisplay("[redacted]")]
internal sealed partial class BackchannelPoll(
    AuthorizationServer server, MeshIdentity identity, ProofKeys keys, TimeProvider time, ILogger logger, Party callee, ApprovalRequest request,
    string requestId, TimeSpan interval, DateTimeOffset expiresAt)
{
    /// <summary>What a server that polls too often is answered adds to the interval (CIBA §11).</summary>
    private static readonly TimeSpan SlowDownBy = TimeSpan.FromSeconds(5);

    // A server may hold a poll; CIBA recommends 30 seconds.
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(40);

    private TimeSpan _interval = interval;
    private int _started;

    public async Task<ApprovalResult<ApprovedAction>> RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("This approval is being waited for already, or has been: it is had once.");
        var result = await PollAsync(cancellationToken).ConfigureAwait(false);
        LogDecided(callee.Name, request.Scopes, result.Error?.Code ?? "approved");
        return result;
    }

    private async Task<ApprovalResult<ApprovedAction>> PollAsync(CancellationToken cancellationToken)
    {
        while (time.GetUtcNow() < expiresAt)
        {
            var begun = time.GetUtcNow();
            var (result, error) = await PollOnceAsync(cancellationToken).ConfigureAwait(false);
            if (result is not null)
                return new(result);
            if (error!.Code == Backchannel.SlowDown)
            {
                _interval += SlowDownBy;
                begun = time.GetUtcNow();
            }
            else if (error.Code is not (Backchannel.Pending or TokenError.Unavailable))
            {
                return new(error);
            }
            if (await IsOverAfterAsync(begun + _interval, cancellationToken).ConfigureAwait(false))
                break;
        }
        return new(new TokenError(Backchannel.Expired, "Nobody decided in time."));
    }

    private async Task<bool> IsOverAfterAsync(DateTimeOffset next, CancellationToken cancellationToken)
    {
        var wait = (next < expiresAt ? next : expiresAt) - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        return time.GetUtcNow() >= expiresAt;
    }

    private async Task<(ApprovedAction? Action, TokenError? Error)> PollOnceAsync(CancellationToken cancellationToken)
    {
        X509Svid svid;
        try
        {
            svid = identity.GetX509Svid();
        }
        catch (AuthenticationException exception)
        {
            return (null, new TokenError(TokenError.Unavailable, exception.Message));
        }
        KeyValuePair<string, string>[] form = [new("grant_type", Backchannel.GrantType), new("client_id", identity.Id.ToString()), new("auth_req_id", requestId)];
        var key = keys.Current;
        var answer = await server.PostToTokenEndpointAsync(form, svid, key, cancellationToken, PollTimeout).ConfigureAwait(false);
        // Whatever its words, a server that fails has not decided.
        if ((int)answer.Status >= 500)
            return (null, new TokenError(TokenError.Unavailable, $"The authorization server answered with status {(int)answer.Status}."));
        if (answer.Error is { } failed)
            return (null, failed);
        if (TokenAnswer.Read(answer.Json) is not { } body)
            return (null, TokenAnswer.Bad("is not the JSON of RFC 6749 section 5"));
        if (answer.Status != HttpStatusCode.OK)
            return (null, body.ToError(answer.Status));
        if (body.AuthorizationDetails is not { } approved || !JsonElement.DeepEquals(approved, request.AuthorizationDetails))
            return (null, TokenAnswer.Bad("has other authorization_details than a person was asked about (RFC 9396 section 7)"));
        var token = body.ToToken(request.Scopes, svid, key, time.GetUtcNow());
        return token.Succeeded ? (new ApprovedAction(callee, token.Token, svid, time), null) : (null, token.Error);
    }

    [LoggerMessage(1403, LogLevel.Information, "The approval of a call to {Callee} [{Scopes}] ended: {Outcome}")]
    private partial void LogDecided(string callee, ScopeSet scopes, string outcome);
}
