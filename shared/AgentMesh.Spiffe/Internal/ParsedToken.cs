using System.Buffers.Text;
using System.Text.Json;

namespace AgentMesh.Spiffe.Internal;

/// <summary>A token taken apart and checked against everything that JWT-SVID §2–3 says, except signature, time and audience.</summary>
internal sealed class ParsedToken
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private ParsedToken()
    {
    }

    public required string Token { get; init; }
    /// <summary>How many characters of the token are signed: header, dot, payload.</summary>
    public required int SignedLength { get; init; }
    public required JoseAlgorithm Algorithm { get; init; }
    public required string? KeyId { get; init; }
    public required byte[] Signature { get; init; }
    public required SpiffeId Subject { get; init; }
    public required IReadOnlyList<string> Audience { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required DateTimeOffset? NotBefore { get; init; }
    public required DateTimeOffset? IssuedAt { get; init; }
    public required IReadOnlyDictionary<string, JsonElement> Claims { get; init; }

    /// <summary>The token, or null with the rule it breaks.</summary>
    public static ParsedToken? Read(string token, out string? error)
    {
        try
        {
            return Parse(token, out error);
        }
        // Strings with lone surrogates are valid JSON and throw when read.
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            error = "it cannot be read as a JWT";
            return null;
        }
    }

    private static ParsedToken? Parse(string token, out string? error)
    {
        if (token.Length > JwtSvidValidator.MaxTokenLength)
            return Refuse("it is too long", out error);
        var payloadStart = token.IndexOf('.', StringComparison.Ordinal) + 1;
        var signatureStart = payloadStart == 0 ? 0 : token.IndexOf('.', payloadStart) + 1;
        if (signatureStart == 0 || token.AsSpan(signatureStart).Contains('.'))
            return Refuse("it is not in JWS compact serialization", out error);
        var header = JoseHeader.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, payloadStart - 1)), out error);
        if (header is null)
            return null;
        var claims = ReadClaims(Base64Url.DecodeFromChars(token.AsSpan(payloadStart, signatureStart - payloadStart - 1)));
        if (claims is null)
            return Refuse("its payload is not an object", out error);
        if (!SpiffeId.TryParse(String(claims, "sub"), out var subject))
            return Refuse("its sub is not a SPIFFE ID", out error);
        if (ReadAudience(claims) is not { Count: > 0 } audience)
            return Refuse("it has no aud", out error);
        if (!TryReadTime(claims, "exp", out var expires) || expires is null)
            return Refuse("it has no exp", out error);
        if (!TryReadTime(claims, "nbf", out var notBefore) || !TryReadTime(claims, "iat", out var issued))
            return Refuse("its nbf or iat is not a time", out error);
        error = null;
        return new ParsedToken
        {
            Token = token,
            SignedLength = signatureStart - 1,
            Algorithm = header.Algorithm,
            KeyId = header.KeyId,
            Signature = Base64Url.DecodeFromChars(token.AsSpan(signatureStart)),
            Subject = subject,
            Audience = audience,
            ExpiresAt = expires.Value,
            NotBefore = notBefore,
            IssuedAt = issued,
            Claims = claims,
        };
    }

    private static ParsedToken? Refuse(string reason, out string? error)
    {
        error = reason;
        return null;
    }

    private static Dictionary<string, JsonElement>? ReadClaims(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload, Limits);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        var claims = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var claim in document.RootElement.Clone().EnumerateObject())
            claims.Add(claim.Name, claim.Value);
        return claims;
    }

    private static string? String(Dictionary<string, JsonElement> claims, string name) =>
        claims.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // RFC 7519 §4.1.3: a string, or an array of strings. An entry of another kind spoils it: it may be meant as a limit.
    private static List<string>? ReadAudience(Dictionary<string, JsonElement> claims)
    {
        if (String(claims, "aud") is { } single)
            return [single];
        if (!claims.TryGetValue("aud", out var several) || several.ValueKind != JsonValueKind.Array)
            return null;
        var audience = new List<string>();
        foreach (var entry in several.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.String)
                return null;
            audience.Add(entry.GetString()!);
        }
        return audience;
    }

    // RFC 7519 §2, NumericDate: seconds, perhaps with a fraction. Absent is fine here; anything else than a time is not.
    private static bool TryReadTime(Dictionary<string, JsonElement> claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetValue(name, out var value))
            return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= 253402300799))
            return false;
        time = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }
}
