using System.Text.Json;
using AgentMesh.AuthServer.ClientAuthentication;
using AgentMesh.AuthServer.Requests;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace AgentMesh.AuthServer.Exchange;

/// <summary>
/// The subject token is the client's own JWT-SVID, or an access token of this server that was issued for the client
/// (<c>aud</c> is the client): anybody else who holds it learned of it by accident or theft.
/// </summary>
internal sealed class ReadSubjectToken(OwnJwtSvid svids, AccessTokenReader tokens, RevocationList revocations) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        HandlerOrder.After<ProcessAuthenticationContext, ReadSubjectToken>(RequireSenderConstraint.Descriptor);

    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.Request?.IsTokenExchangeGrantType() != true)
        {
            return ValueTask.CompletedTask;
        }
        var request = ServerRequest.Of(context.Transaction);
        return context.Request.SubjectTokenType == TokenTypeIdentifiers.AccessToken
            ? ReadAccessToken(context, request)
            : ReadJwtSvid(context, request);
    }

    private ValueTask ReadJwtSvid(ProcessAuthenticationContext context, ServerRequest request)
    {
        if (!svids.TryValidate(context.Request!.SubjectToken, out var svid, out var error))
        {
            return context.Refuse(Errors.InvalidRequest, "subject_token_invalid", $"The subject token is refused: {error}.");
        }
        if (!svid.Id.Equals(request.Client))
        {
            return context.Refuse(Errors.InvalidRequest, "subject_token_not_own", "A JWT-SVID as subject token must be the client's own.");
        }
        request.Subject = new SubjectToken(request.Party!.SpiffeId, Parent: null, MayAct(svid.Claims));
        return ValueTask.CompletedTask;
    }

    private ValueTask ReadAccessToken(ProcessAuthenticationContext context, ServerRequest request)
    {
        var reading = tokens.Read(context.Request!.SubjectToken);
        if (!reading.IsValid)
        {
            return context.Refuse(Errors.InvalidRequest, "subject_token_invalid", $"The subject token is refused: {reading.Error}.");
        }
        var token = reading.Token;
        if (!string.Equals(token.Audience, request.Party!.SpiffeId, StringComparison.Ordinal))
        {
            return context.Refuse(Errors.InvalidRequest, "subject_token_not_for_client", "The subject token was issued for somebody else than this client.");
        }
        if (revocations.FindReason(token) is { } reason)
        {
            return context.Refuse(Errors.InvalidRequest, "subject_token_revoked", $"The subject token is refused: {reason}.");
        }
        request.Subject = new SubjectToken(token.Subject, token, token.MayAct);
        return ValueTask.CompletedTask;
    }

    // A may_act that cannot be understood admits nobody.
    private static string? MayAct(IReadOnlyDictionary<string, JsonElement> claims) =>
        !claims.TryGetValue("may_act", out var mayAct) ? null
        : mayAct.ValueKind == JsonValueKind.Object && mayAct.TryGetProperty("sub", out var sub) && sub.ValueKind == JsonValueKind.String ? sub.GetString()
        : "";
}
