using System.Text.Json;
using System.Text.Json.Serialization;
using AgentMesh.Spiffe;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>What a refused caller is told: RFC 6750 §3 and RFC 9449 §7.1 in the header, RFC 9457 in the body. Nothing about anybody else, and no stack trace.</summary>
internal static class Refusal
{
    private const string Problem = "application/problem+json";

    public static Task WriteAsync(HttpContext context, string reason, SpiffePeer? peer)
    {
        var requiredScopes = RequiredScopes.Describe(context.GetEndpoint()?.Metadata);
        var (status, error, description) = Describe(reason, requiredScopes);
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.WWWAuthenticate = Challenges(context, status, error, description, requiredScopes);
        if (status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "1";
        var body = new ProblemBody("about:blank", Title(status), status, description, reason, error, requiredScopes, peer?.Id.ToString());
        return response.WriteAsJsonAsync(body, RefusalJson.Default.ProblemBody, Problem, context.RequestAborted);
    }

    /// <summary>A failure that is no decision.</summary>
    public static Task WriteProblemAsync(HttpContext context, int status, string reason, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ProblemBody("about:blank", Title(status), status, detail, reason, null, null, null),
            RefusalJson.Default.ProblemBody, Problem, context.RequestAborted);
    }

    private static (int Status, string? Error, string Description) Describe(string reason, string? requiredScopes) => reason switch
    {
        DecisionReason.PeerMissing => (401, null, "The connection proves no SPIFFE identity."),
        DecisionReason.PeerExpired => (401, null, "The SVID of this connection is not valid now. Connect again with the newest one."),
        DecisionReason.PeerUntrusted => (401, null, "The SVID of this connection no longer chains to a trusted bundle. Connect again."),
        DecisionReason.TokenMissing => (401, null, "An access token is required."),
        DecisionReason.CredentialMalformed => (400, "invalid_request", "The Authorization header must hold exactly one token, as Bearer or, with a proof, as DPoP."),
        DecisionReason.CredentialNotAccepted => (400, "invalid_request", "This agent is called with mTLS alone and takes no token."),
        DecisionReason.KeysUnavailable => (503, null, "The issuer's keys cannot be read at the moment, so no token can be verified."),
        DecisionReason.AuditUnavailable => (503, null, "The decision cannot be recorded at the moment, so nothing is let through."),
        DecisionReason.RevocationUnknown => (401, "invalid_token", "What has been revoked is not known well enough to trust this credential. Present a newer one, or try again later."),
        DecisionReason.ProofRequired => (401, "invalid_token", "The access token is bound to a key: present it with the scheme DPoP and a proof of that key."),
        DecisionReason.ProofNotBound => (401, "invalid_token", "The access token is bound to no key: present it as Bearer."),
        DecisionReason.ProofsFull => (503, null, "So many DPoP proofs were used lately that no further one can be remembered at the moment."),
        DecisionReason.EdgeUnknown => (403, "insufficient_scope", "The manifest has no edge from this caller."),
        DecisionReason.InsufficientScope => (403, "insufficient_scope", $"The scopes granted do not include {requiredScopes}."),
        DecisionReason.ScopeUndeclared => (403, "insufficient_scope", "This endpoint declares no scope, so nobody may call it."),
        DecisionReason.OriginRefused => (403, null, "Requests of web pages are not served here: the request names an Origin."),
        DecisionReason.EndpointUnknown => (404, null, "There is no such endpoint."),
        _ when reason.StartsWith(ProofFault.Prefix, StringComparison.Ordinal) => (401, DpopNames.InvalidProof, $"The DPoP proof is refused: {ProofFault.Describe(reason)}."),
        _ => (401, "invalid_token", "The access token was refused: " + reason + "."),
    };

    // The scheme that was tried comes first and says what is wrong; with 401 the other one follows.
    private static StringValues Challenges(HttpContext context, int status, string? error, string description, string? requiredScopes)
    {
        if (status is not (401 or 403) && error is null)
            return default;
        var resource = context.GetEndpoint()?.Metadata.GetMetadata<Metadata.ProtectedResource>();
        var parameters = $" resource_metadata=\"{resource?.Metadata.AbsoluteUri ?? Metadata.ProtectedResourceMetadata.AddressFor(context)}\"";
        if (error is not null)
            parameters += $", error=\"{error}\", error_description=\"{description}\"";
        if (error == "insufficient_scope" && requiredScopes is not null)
            parameters += $", scope=\"{requiredScopes}\"";
        const string algorithms = $"algs=\"{DpopNames.Algorithm}\"";
        var withProof = context.Request.Headers.Authorization.ToString().StartsWith(DpopNames.Scheme + " ", StringComparison.OrdinalIgnoreCase);
        var tried = withProof ? $"{DpopNames.Scheme} {algorithms},{parameters}" : "Bearer" + parameters;
        return status != 401 ? tried : new StringValues([tried, withProof ? "Bearer" : $"{DpopNames.Scheme} {algorithms}"]);
    }

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Error",
    };
}

internal sealed record ProblemBody(string Type, string Title, int Status, string Detail, string Reason, string? Error, string? Scope, string? Caller);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class RefusalJson : JsonSerializerContext;
