using System.Text.Json;
using AgentMesh.Spiffe.Internal;

namespace AgentMesh.Spiffe;

/// <summary>A JWT-SVID (JWT-SVID §2–3): a bearer token, so treat <see cref="Token"/> as a secret. Immutable.</summary>
public sealed class JwtSvid
{
    internal JwtSvid(SpiffeId id, ParsedToken parsed, string hint)
    {
        Id = id;
        Token = parsed.Token;
        Audience = parsed.Audience;
        ExpiresAt = parsed.ExpiresAt;
        IssuedAt = parsed.IssuedAt;
        Hint = hint;
        Claims = parsed.Claims;
    }

    /// <summary>The workload the token speaks for (<c>sub</c>).</summary>
    public SpiffeId Id { get; }

    /// <summary>The token itself, JWS compact serialization.</summary>
    public string Token { get; }

    /// <summary>Who the token is for (<c>aud</c>); at least one.</summary>
    public IReadOnlyList<string> Audience { get; }

    /// <summary>End of validity (<c>exp</c>).</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>When it was issued (<c>iat</c>), if it says so.</summary>
    public DateTimeOffset? IssuedAt { get; }

    /// <summary>The operator's hint what the identity is for; empty for none.</summary>
    public string Hint { get; }

    /// <summary>All claims by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Claims { get; }

    /// <summary>Reads a token without verifying its signature or its expiry: for one that comes from the Workload API itself, never for a caller's.</summary>
    /// <exception cref="FormatException">Not a JWT-SVID; the message says which rule it breaks and never contains the token.</exception>
    public static JwtSvid ParseUnverified(string token, string hint = "")
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(hint);
        var parsed = ParsedToken.Read(token, out var error);
        return parsed is null ? throw new FormatException($"Not a JWT-SVID: {error}.") : new JwtSvid(parsed.Subject, parsed, hint);
    }

    /// <summary>The identity and the end of its validity; never the token.</summary>
    public override string ToString() => $"{Id} until {ExpiresAt:u}";
}
