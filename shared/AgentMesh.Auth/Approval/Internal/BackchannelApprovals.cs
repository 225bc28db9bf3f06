using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using AgentMesh.Spiffe;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>Asks at the backchannel authentication endpoint (CIBA §7.1): <c>login_hint_token</c> is the token that this party was called with.</summary>
internal sealed partial class BackchannelApprovals(
    AuthorizationServer server, MeshIdentity identity, PresentedSubjects subjects, ProofKeys keys, TimeProvider time, ILogger<BackchannelApprovals> logger) : IApprovals
{
    public async Task<ApprovalResult<PendingApproval>> RequestAsync(ApprovalRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var span = AuthTelemetry.Source.StartActivity($"approval {request.Callee}", ActivityKind.Client);
        span?.SetTag("agentmesh.callee", request.Callee).SetTag("agentmesh.scopes", request.Scopes.ToString()).SetTag("agentmesh.txn", DelegationContext.Current?.TransactionId);
        var result = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (result.Error is { } error)
        {
            span?.SetTag("error.type", error.Code).SetStatus(ActivityStatusCode.Error, error.Description);
            LogNotAsked(request.Callee, request.Scopes, error.Code, error.Description);
        }
        return result;
    }

    private async Task<ApprovalResult<PendingApproval>> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        if (!identity.Manifest.TryGetParty(request.Callee, out var callee))
            return new(new TokenError("invalid_target", $"{identity.Manifest.Path ?? "The manifest"} does not list \"{request.Callee}\"."));
        var (subject, noSubject) = await subjects.GetAsync(DelegationContext.Current, cancellationToken).ConfigureAwait(false);
        if (subject is not { } hint)
            return new(noSubject!);
        X509Svid svid;
        try
        {
            svid = identity.GetX509Svid();
        }
        catch (AuthenticationException exception)
        {
            return new(new TokenError(TokenError.Unavailable, exception.Message));
        }

        List<KeyValuePair<string, string>> form =
        [
            new("client_id", identity.Id.ToString()),
            new("login_hint_token", hint.Value),
            new("scope", request.Scopes.ToString()),
            new("audience", callee.SpiffeId),
            new("authorization_details", JsonSerializer.Serialize(request.AuthorizationDetails, ExchangeJson.Default.JsonElement)),
        ];
        if (request.BindingMessage is { } message)
            form.Add(new("binding_message", message));
        var asked = time.GetUtcNow();
        var answer = await server.PostToBackchannelEndpointAsync(form, svid, keys.Current, cancellationToken).ConfigureAwait(false);
        if (answer.Error is { } failed)
            return new(failed);
        if (BackchannelAnswer.Read(answer.Json) is not { } body)
            return new(TokenAnswer.Bad("is not the JSON of OpenID CIBA section 7.3"));
        if (answer.Status != HttpStatusCode.OK)
            return new(TokenAnswer.ToError(answer.Status, body.Error, body.ErrorDescription));
        if (!body.IsUsable)
            return new(TokenAnswer.Bad("has no usable auth_req_id, expires_in or interval"));

        var expires = asked.AddSeconds(body.ExpiresIn!.Value);
        var poll = new BackchannelPoll(server, identity, keys, time, logger, callee, request, body.RequestId!, body.PollInterval, expires);
        LogAsked(callee.Name, request.Scopes, expires);
        return new(new PendingApproval(poll, request, body.ApprovalId is { Length: > 0 and <= 64 } id ? id : null, expires));
    }

    [LoggerMessage(1401, LogLevel.Information, "A person is asked to approve a call to {Callee} [{Scopes}] until {ExpiresAt}")]
    private partial void LogAsked(string callee, ScopeSet scopes, DateTimeOffset expiresAt);

    [LoggerMessage(1402, LogLevel.Warning, "Nobody was asked to approve a call to {Callee} [{Scopes}], {Code}: {Explanation}")]
    private partial void LogNotAsked(string callee, ScopeSet scopes, string code, string explanation);
}
