using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Verifies security event tokens: signed by the issuer as <c>secevent+jwt</c>, meant for this party or for every member of its trust domain (RFC 8417 §2.2, §4.5). An access token
/// is none, and a security event token is no access token.
/// </summary>
internal sealed class SecurityEventReader(MeshIdentity identity, IssuerKeys keys)
{
    private const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    private const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

    // Without a word about it, an event is kept as long as a token could live at most.
    private static readonly TimeSpan LongestTokenLifetime = TimeSpan.FromHours(1);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly string _own = identity.Id.ToString();
    private readonly string _everybody = $"spiffe://{identity.Manifest.TrustDomain}";

    /// <summary>The event, or the reason code why it is not believed.</summary>
    public async ValueTask<(SecurityEvent? Event, string? Fault)> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > AccessTokenValidator.MaxLength)
            return (null, DecisionReason.TokenMalformed);
        if (ReadKeyId(token, out var keyId) is { } fault)
            return (null, fault);
        var (key, keyFault) = await keys.FindAsync(keyId!, cancellationToken).ConfigureAwait(false);
        return key is null ? (null, keyFault) : Verify(token, key);
    }

    private static string? ReadKeyId(string token, out string? keyId)
    {
        keyId = null;
        return CompactToken.TrySplit(token, out var parts) ? parts.ReadKeyId("secevent+jwt"u8, "ES256"u8, out keyId) : DecisionReason.TokenMalformed;
    }

    private (SecurityEvent? Event, string? Fault) Verify(string token, IssuerKey key)
    {
        CompactToken.TrySplit(token, out var parts);
        var scratch = new byte[token.Length * 2];
        if (parts.Verify(key, scratch, out var payload) is { } fault)
            return (null, fault);
        try
        {
            using var document = JsonDocument.Parse(payload.ToArray(), Strict);
            var claims = document.RootElement;
            if (Text(claims, "iss") != identity.Issuer)
                return (null, DecisionReason.TokenIssuer);
            if (Text(claims, "aud") is not { } audience || (audience != _everybody && audience != _own))
                return (null, DecisionReason.TokenAudience);
            return Read(claims) is { } read ? (read, null) : (null, DecisionReason.TokenMalformed);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            return (null, DecisionReason.TokenMalformed);
        }
    }

    private static SecurityEvent? Read(JsonElement claims)
    {
        if (Text(claims, "jti") is not { Length: > 0 } id || !claims.TryGetProperty("iat", out var iat)
            || !claims.TryGetProperty("sub_id", out var subject) || !claims.TryGetProperty("events", out var events))
        {
            return null;
        }
        var restored = events.TryGetProperty(AccountEnabled, out var details);
        if (!restored && !events.TryGetProperty(SessionRevoked, out details))
            return null;
        var (kind, name) = Text(subject, "format") switch
        {
            "jwt_id" when !restored => (SecurityEventKind.TokenRevoked, Text(subject, "jti")),
            "opaque" when !restored => (SecurityEventKind.TransactionRevoked, Text(subject, "id")),
            "uri" => (restored ? SecurityEventKind.PartyRestored : SecurityEventKind.PartyRevoked, Text(subject, "uri")),
            _ => (default, null),
        };
        if (name is not { Length: > 0 })
            return null;
        var occurred = Time(details, "event_timestamp") ?? At(iat);
        return new SecurityEvent(id, kind, name, occurred, Time(details, "expires_at") ?? occurred + LongestTokenLifetime);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? At(value) : null;

    // NumericDate may have a fraction (RFC 7519 section 2).
    private static DateTimeOffset At(JsonElement date) => DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Floor((double)(date.GetDecimal() * 1000)));
}
