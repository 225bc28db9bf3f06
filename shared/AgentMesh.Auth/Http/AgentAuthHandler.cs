using System.Net;
using System.Security.Authentication;
using AgentMesh.Manifest;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Authenticates every request to one callee: over mTLS to exactly the callee's SPIFFE ID and, unless the callee takes mTLS alone, with a
/// token for the given scopes that is bound to the SVID of the same connection, or comes with a proof of the key it is bound to. A request without its credential is not sent.
/// </summary>
/// <remarks>
/// Registered by <see cref="AgentAuthExtensions.AddAgentAuth"/> as the client's primary handler, below resilience, service discovery and
/// logging: those never see the token, and each of their attempts gets a fresh look at SVID and token.
/// </remarks>
public sealed partial class AgentAuthHandler : DelegatingHandler
{
    private const string PeerRefused = "peer_refused";
    private const string RedirectRefused = "redirect_refused";
    private const string AuditUnavailable = "audit_unavailable";

    private readonly Party _callee;
    private readonly ScopeSet _scopes;

    // Those of the scopes that only a person's approval gives.
    private readonly ScopeSet _needApproval;
    private readonly IX509SvidSource _svids;
    private readonly TokenCache? _tokens;
    private readonly bool _delegates;
    private readonly bool _bindsToSvid;
    private readonly ProofKeys? _keys;
    private readonly TimeProvider _time;
    private readonly CallAudit _audit;
    private readonly ILogger _logger;

    internal AgentAuthHandler(Party callee, ScopeSet scopes, ScopeSet needApproval, IX509SvidSource svids, TokenCache? tokens, ITokenSource source, ProofKeys? keys, TimeProvider time,
        CallAudit audit, ILogger logger, HttpMessageHandler inner) : base(inner)
    {
        (_callee, _scopes, _needApproval, _svids, _tokens, _delegates, _bindsToSvid) = (callee, scopes, needApproval, svids, tokens, source.Delegates, source.BindsToSvid);
        (_keys, _time, _audit, _logger) = (keys, time, audit, logger);
    }

    /// <inheritdoc/>
    /// <exception cref="AgentAuthorizationException">The request could not be given its credential, or may not be sent as it is.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await SendAuthenticatedAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AgentAuthorizationException refused)
        {
            await _audit.RefusedAsync(request, refused.Code, refused.Code is RedirectRefused or AuditUnavailable ? "answer_discarded" : "not_sent", cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (HttpRequestException failed) when (failed.InnerException is AuthenticationException)
        {
            await _audit.RefusedAsync(request, PeerRefused, "connection_closed", cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendAuthenticatedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } address || address.Scheme != Uri.UriSchemeHttps)
            throw Refuse("insecure_scheme", $"{request.RequestUri?.GetLeftPart(UriPartial.Authority)} is not an https:// address.");
        if (request.Headers.Contains("Authorization") || request.Headers.Contains(DpopNames.Header))
            throw Refuse("authorization_already_set", "the calling code set an Authorization or DPoP header, which this library neither sends nor overwrites. Remove it.");

        var approval = request.GetApproval();
        if (approval is null && _needApproval.Count > 0)
            throw Refuse("approval_required", $"the scope {_needApproval} takes a person's approval of exactly this request. Ask with IApprovals and attach the result with WithApproval.");

        var replayable = approval is null && _tokens is not null && await RequestReplay.PrepareAsync(request, cancellationToken).ConfigureAwait(false);
        var (response, used) = await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
        if (used is not null && replayable && BearerChallenge.IsInvalidToken(response))
        {
            // 401 says that the callee did not act on the request, so it may be sent once more, whatever its method.
            response.Dispose();
            LogRenewing(_callee.Name);
            _tokens!.Invalidate(used.Value.Request, used.Value.Token);
            (response, _) = await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
        }
        if (response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
        {
            response.Dispose();
            throw Refuse(RedirectRefused, $"it answered with a redirect ({(int)response.StatusCode}), and credentials follow none.");
        }
        return response;
    }

    private async ValueTask<(HttpResponseMessage Response, (TokenRequest Request, AccessToken Token)? Used)> AttemptAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var svid = GetSvid();
        request.Options.Set(SpiffeHttpHandler.SvidKey, svid);
        if (request.GetApproval() is { } approval)
            return (await SendApprovedAsync(request, approval, svid, cancellationToken).ConfigureAwait(false), null);
        if (_tokens is null)
            return (await SendRecordedAsync(request, svid, token: null, cancellationToken).ConfigureAwait(false), null);

        var wanted = new TokenRequest
        {
            Callee = _callee,
            Scopes = _scopes,
            Svid = svid,
            BindsToSvid = _bindsToSvid,
            ProofKey = _keys?.Current,
            OnBehalfOf = _delegates ? DelegationContext.Current : null,
        };
        var result = await _tokens.GetAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw Refuse(result.Error.Code, result.Error.Description);
        return (await SendWithAsync(request, result.Token, svid, cancellationToken).ConfigureAwait(false), (wanted, result.Token));
    }

    private Task<HttpResponseMessage> SendApprovedAsync(HttpRequestMessage request, ApprovedAction approval, X509Svid svid, CancellationToken cancellationToken)
    {
        var token = approval.Take(_callee, _scopes, svid, out var refusal);
        return token is not null ? SendWithAsync(request, token, svid, cancellationToken) : throw Refuse(refusal!.Code, refusal.Description);
    }

    private async Task<HttpResponseMessage> SendWithAsync(HttpRequestMessage request, AccessToken token, X509Svid svid, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = token.Header;
        // One for each attempt: a proof is good once.
        if (token.ProofKey is { } key)
            request.Headers.TryAddWithoutValidation(DpopNames.Header, key.Prove(request.Method.Method, request.RequestUri!, _time.GetUtcNow(), token.Hash));
        try
        {
            return await SendRecordedAsync(request, svid, token, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The message goes back up to handlers and callers that log, retry or keep it.
            request.Headers.Authorization = null;
            if (token.ProofKey is not null)
                request.Headers.Remove(DpopNames.Header);
        }
    }

    // The record becomes durable while the callee works; what came of the request is used only once it is.
    private async Task<HttpResponseMessage> SendRecordedAsync(HttpRequestMessage request, X509Svid svid, AccessToken? token, CancellationToken cancellationToken)
    {
        // Whoever gives up need not wait for a disk that stalls; what it sent is recorded all the same.
        var recorded = _audit.SentAsync(request, svid, token).AsTask().WaitAsync(cancellationToken);
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await recorded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        try
        {
            await recorded.ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException)
        {
            response.Dispose();
            throw;
        }
        catch (AuditException exception)
        {
            response.Dispose();
            throw Refuse(AuditUnavailable, "the call cannot be recorded, so its answer is not used.", exception);
        }
    }

    private X509Svid GetSvid()
    {
        try
        {
            return _svids.GetX509Svid();
        }
        catch (AuthenticationException exception)
        {
            throw Refuse("no_identity", exception.Message, exception);
        }
    }

    private AgentAuthorizationException Refuse(string code, string explanation, Exception? inner = null)
    {
        LogRefused(_callee.Name, _scopes, code, explanation);
        return new AgentAuthorizationException(code, _callee.Name, _scopes.ToString(), explanation, inner);
    }

    [LoggerMessage(1301, LogLevel.Warning, "Call to {Callee} [{Scopes}] not made, {Code}: {Explanation}")]
    private partial void LogRefused(string callee, ScopeSet scopes, string code, string explanation);

    [LoggerMessage(1302, LogLevel.Information, "{Callee} refused the token held for it: exchanging again, once.")]
    private partial void LogRenewing(string callee);
}
