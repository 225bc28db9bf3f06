using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The claims of an Entra access token whose signature was verified. A claim that stands twice, or has another type, makes it malformed (RFC 8725 §2.4).</summary>
internal sealed record EntraClaims
{
    private const long LastSecond = 253_402_300_799;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public required string Issuer { get; init; }

    /// <summary><c>tid</c>.</summary>
    public required string Tenant { get; init; }

    /// <summary>Null when there are several.</summary>
    public required string? Audience { get; init; }

    /// <summary><c>azp</c> of a version 2 token, <c>appid</c> of a version 1 token.</summary>
    public required string Client { get; init; }

    /// <summary>Whether an application acts for itself: <c>idtyp</c> says so, and no permission was delegated by a person (<c>scp</c>).</summary>
    public required bool IsApplication { get; init; }

    /// <summary>Whether the application proved itself with a secret, or not at all (<c>azpacr</c>, <c>appidacr</c>: 1 or 0), rather than with an assertion.</summary>
    public required bool ProvedBySecret { get; init; }

    /// <summary>Whether there is a <c>cnf</c>.</summary>
    public required bool IsBound { get; init; }

    public required IReadOnlyCollection<string> Roles { get; init; }

    /// <summary><c>uti</c>.</summary>
    public required string? TokenId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset? NotBefore { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Reads the payload; null when it is not that of an access token of this version.</summary>
    /// <exception cref="JsonException">It is not JSON, or a claim stands twice.</exception>
    public static EntraClaims? TryRead(ReadOnlySpan<byte> payload, int version)
    {
        using var document = JsonDocument.Parse(payload.ToArray(), Strict);
        var claims = document.RootElement;
        var (client, proof) = version == 2 ? ("azp", "azpacr") : ("appid", "appidacr");
        if (claims.ValueKind != JsonValueKind.Object || Text(claims, "ver") != (version == 2 ? "2.0" : "1.0")
            || Text(claims, "iss") is not { } issuer || Text(claims, "tid") is not { } tenant || Text(claims, client) is not { } application
            || Time(claims, "iat") is not { } issuedAt || Time(claims, "exp") is not { } expiresAt || ReadRoles(claims) is not { } roles
            || (claims.TryGetProperty("nbf", out _) && Time(claims, "nbf") is null))
        {
            return null;
        }
        return new EntraClaims
        {
            Issuer = issuer,
            Tenant = tenant,
            Audience = Text(claims, "aud"),
            Client = application,
            IsApplication = Text(claims, "idtyp") == "app" && !claims.TryGetProperty("scp", out _),
            ProvedBySecret = Text(claims, proof) is "0" or "1",
            IsBound = claims.TryGetProperty("cnf", out _),
            Roles = roles,
            TokenId = Text(claims, "uti"),
            IssuedAt = issuedAt,
            NotBefore = Time(claims, "nbf"),
            ExpiresAt = expiresAt,
        };
    }

    private static string[]? ReadRoles(JsonElement claims)
    {
        if (!claims.TryGetProperty("roles", out var roles))
            return [];
        return roles.ValueKind == JsonValueKind.Array && roles.EnumerateArray().All(static r => r.ValueKind == JsonValueKind.String)
            ? [.. roles.EnumerateArray().Select(static r => r.GetString()!)] : null;
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
