using System.Security.Cryptography;
using System.Text.Json;
using AgentMesh.AuthServer.Exchange;
using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Telemetry;
using AgentMesh.AuthServer.Tokens;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// OpenID CIBA's backchannel authentication endpoint, poll mode. A request for approval is judged exactly as an exchange for the same
/// token would be; the one rule that it waits for is the person's. <c>login_hint_token</c> is the token that the client was called with.
/// </summary>
internal sealed class BackchannelEndpoint(EndpointRequest endpoint, ApprovalStore approvals, DecisionRecorder recorder, IOptions<AuthServerOptions> options, TimeProvider time)
{
    private const string Kind = "approval";
    private const string Operation = "request-approval";
    private const int LongestMessage = 256;
    private const int MostPending = 20;

    public static void Map(WebApplication app) =>
        app.MapPost("/bc-authorize", (HttpContext http, BackchannelEndpoint backchannel) => backchannel.RequestAsync(http));

    private async Task RequestAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            await OAuthError.WriteAsync(http, StatusCodes.Status400BadRequest, Errors.InvalidRequest, "Send a form.");
            return;
        }
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var exchange = AsExchange(new OpenIddictRequest(form));
        if (await endpoint.JudgeTokenRequestAsync(http, exchange, Kind, Operation, request => request.SeeksApproval = true) is not { } request)
        {
            return;
        }
        var (callee, subject) = (request.Callee!.SpiffeId, request.Subject!);
        if (!AuthorizationDetails.TryParse((string?)exchange[ApprovalGrant.AuthorizationDetails], callee, out var details, out var error))
        {
            await RefuseAsync(request, ApprovalGrant.InvalidAuthorizationDetails, "details_invalid", error);
            return;
        }
        var message = (string?)exchange[ApprovalGrant.BindingMessage];
        if (message is not null && (message.Length > LongestMessage || message.Any(char.IsControl)))
        {
            await RefuseAsync(request, "invalid_binding_message", "binding_message_invalid", "binding_message must be one line of at most 256 characters.");
            return;
        }
        var requestId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var interval = (int)options.Value.ApprovalPollInterval.TotalSeconds;
        var approval = new ApprovalRow
        {
            Id = TokenIdentifier.Create(),
            RequestHash = ApprovalStore.Hash(requestId),
            Client = request.Party!.SpiffeId,
            Callee = callee,
            Scope = request.GrantedScope!,
            Subject = subject.Subject,
            Actors = string.Join(' ', subject.Parent?.Actors ?? []),
            TransactionId = subject.Parent?.TransactionId ?? TokenIdentifier.Create(),
            ParentId = subject.Parent?.Id,
            ParentAncestors = string.Join(' ', subject.Parent?.Ancestors ?? []),
            ParentExpiresAt = subject.Parent?.ExpiresAt,
            BindingMessage = message,
            AuthorizationDetails = JsonSerializer.Serialize(details),
            CreatedAt = now,
            ExpiresAt = now + ApprovalGrant.Lifetime,
            Status = ApprovalStatus.Pending,
            Interval = interval,
        };
        request.TransactionId = approval.TransactionId;
        if (!await approvals.TryAddAsync(approval, MostPending, () => recorder.RecordAsync(request, Kind, Operation, error: null, requestedScope: null, http.RequestAborted), http.RequestAborted))
        {
            await RefuseAsync(request, Errors.InvalidRequest, "too_many_pending", "This client has 20 requests waiting for approval; a person must decide on some first.");
            return;
        }
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(
            new { auth_req_id = requestId, approval_id = approval.Id, expires_in = (int)ApprovalGrant.Lifetime.TotalSeconds, interval }, http.RequestAborted);
    }

    private Task RefuseAsync(ServerRequest request, string error, string reason, string description) =>
        endpoint.RefuseAsync(request, Kind, Operation, StatusCodes.Status400BadRequest, error, reason, description);

    // The rules of an exchange apply: the hint takes the subject token's place.
    private static OpenIddictRequest AsExchange(OpenIddictRequest request)
    {
        var hint = (string?)request[ApprovalGrant.LoginHintToken];
        request.GrantType = GrantTypes.TokenExchange;
        request.SubjectToken = hint;
        request.SubjectTokenType = AccessTokenReader.IsAccessToken(hint) ? TokenTypeIdentifiers.AccessToken : SubjectTokenTypes.Jwt;
        return request;
    }
}
