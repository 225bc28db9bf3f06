using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentMesh.Spiffe;

namespace AgentMesh.Auth;

/// <summary>A token endpoint's answer: success (RFC 8693 §2.2.1) or error (RFC 6749 §5.2).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("issued_token_type")] string? IssuedTokenType,
    [property: JsonPropertyName("token_type")] string? TokenType,
    [property: JsonPropertyName("expires_in")] long? ExpiresIn,
    [property: JsonPropertyName("scope")] string? Scope,
    [property: JsonPropertyName("authorization_details")] JsonElement? AuthorizationDetails,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? ErrorDescription)
{
    /// <summary>Reads an answer; null when it is not the JSON of RFC 6749 §5.</summary>
    public static TokenAnswer? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ExchangeJson.Default.TokenAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The error that the answer states; what states none breaks the protocol.</summary>
    public TokenError ToError(HttpStatusCode status) => ToError(status, Error, ErrorDescription);

    public static TokenError ToError(HttpStatusCode status, string? code, string? description) => code is { Length: > 0 and <= 100 }
        ? new TokenError(code, Shown(description) ?? "The authorization server gave no description.")
        : Bad($"has status {(int)status} and no error code");

    /// <summary>The token, if it is what was asked for: usable, for these scopes, and bound to this SVID (RFC 8705 §3) or, where there is one, to this key (RFC 9449 §6).</summary>
    public TokenResult ToToken(ScopeSet scopes, X509Svid svid, ProofKey? key, DateTimeOffset now)
    {
        var type = key is null ? "Bearer" : DpopNames.Scheme;
        if (AccessToken is not { Length: > 0 and <= MaxTokenLength } token || !TokenText.IsHeaderSafe(token))
            return Failed("has no usable access_token");
        if (!string.Equals(TokenType, type, StringComparison.OrdinalIgnoreCase))
            return Failed($"has a token_type that is not {type}");
        if (ExpiresIn is not (> 0 and <= 3600))
            return Failed("has no expires_in from 1 to 3600 seconds");
        // An omitted scope means: as requested (RFC 6749 section 5.1).
        if (!ScopeSet.TryParse(Scope ?? scopes.ToString(), out var granted) || !granted.ContainsAll(scopes))
            return TokenResult.Failure("invalid_scope", $"The authorization server granted \"{Shown(Scope)}\" instead of \"{scopes}\".");
        if (!TokenText.TryReadBinding(token, out var binding, out var proofKey, out var expiresAt))
            return Failed("has an access_token that is not a JWT with exp and cnf");
        if (proofKey != key?.Thumbprint)
            return Failed("has a token that is bound to another key than the one it was asked for with");
        if (binding != (key is null ? svid.Thumbprint : null))
            return Failed("has a token that is bound to another certificate than the one it was asked for with");

        var byAnswer = now.AddSeconds(ExpiresIn.Value);
        return TokenResult.Success(new Auth.AccessToken(token, granted, byAnswer < expiresAt ? byAnswer : expiresAt, key));
    }

    public static TokenError Bad(string what) => new(TokenError.BadAnswer, $"The authorization server's answer {what}.");

    private static TokenResult Failed(string what) => TokenResult.Failure(TokenError.BadAnswer, Bad(what).Description);

    private static string? Shown(string? value) => value is { Length: > 500 } ? value[..500] + "…" : value;

    // Kestrel accepts 32 KiB of headers by default; a token that large is an attack or a fault.
    private const int MaxTokenLength = 16 * 1024;
}
