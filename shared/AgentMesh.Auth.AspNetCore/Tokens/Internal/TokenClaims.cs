using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The claims of a token whose signature was verified. A claim that stands twice makes the token malformed (RFC 8725 §2.4).</summary>
internal sealed class TokenClaims
{
    private const long LastSecond = 253_402_300_799;

    private readonly List<string> _actors = [];
    private readonly List<string> _ancestors = [];
    private Claim _seen;

    [Flags]
    private enum Claim
    {
        None = 0, Issuer = 1, Subject = 2, Audience = 4, Client = 8, Scope = 16, Transaction = 32, TokenId = 64,
        IssuedAt = 128, NotBefore = 256, Expiry = 512, Actor = 1024, Confirmation = 2048, Details = 4096, Ancestors = 8192,
    }

    public string? Issuer { get; private set; }

    public string? Subject { get; private set; }

    /// <summary>The audience when there is exactly one.</summary>
    public string? Audience { get; private set; }

    public string? ClientId { get; private set; }

    public string? Scope { get; private set; }

    public string? TransactionId { get; private set; }

    public string? TokenId { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    public DateTimeOffset? NotBefore { get; private set; }

    public DateTimeOffset? ExpiresAt { get; private set; }

    public IReadOnlyList<string> Actors => _actors;

    public IReadOnlyList<string> Ancestors => _ancestors;

    public byte[]? Thumbprint { get; private set; }

    /// <summary><c>cnf.jkt</c>.</summary>
    public string? ProofKey { get; private set; }

    public byte[]? AuthorizationDetails { get; private set; }

    /// <summary>Reads the payload; null when it breaks the format.</summary>
    public static TokenClaims? TryRead(ReadOnlySpan<byte> json)
    {
        var claims = new TokenClaims();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!claims.ReadClaim(ref reader, json))
                return null;
        }
        return reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0 ? claims : null;
    }

    private bool ReadClaim(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (reader.ValueTextEquals("iss"u8))
            return Once(Claim.Issuer) && ReadText(ref reader, out var issuer) && Set(Issuer = issuer);
        if (reader.ValueTextEquals("sub"u8))
            return Once(Claim.Subject) && ReadText(ref reader, out var subject) && Set(Subject = subject);
        if (reader.ValueTextEquals("aud"u8))
            return Once(Claim.Audience) && ReadAudience(ref reader);
        if (reader.ValueTextEquals("client_id"u8))
            return Once(Claim.Client) && ReadText(ref reader, out var client) && Set(ClientId = client);
        if (reader.ValueTextEquals("scope"u8))
            return Once(Claim.Scope) && ReadText(ref reader, out var scope) && Set(Scope = scope);
        if (reader.ValueTextEquals("txn"u8))
            return Once(Claim.Transaction) && ReadText(ref reader, out var transaction) && Set(TransactionId = transaction);
        if (reader.ValueTextEquals("jti"u8))
            return Once(Claim.TokenId) && ReadText(ref reader, out var tokenId) && Set(TokenId = tokenId);
        if (reader.ValueTextEquals("iat"u8))
            return Once(Claim.IssuedAt) && ReadTime(ref reader, out var issuedAt) && (IssuedAt = issuedAt) is not null;
        if (reader.ValueTextEquals("nbf"u8))
            return Once(Claim.NotBefore) && ReadTime(ref reader, out var notBefore) && (NotBefore = notBefore) is not null;
        if (reader.ValueTextEquals("exp"u8))
            return Once(Claim.Expiry) && ReadTime(ref reader, out var expiresAt) && (ExpiresAt = expiresAt) is not null;
        if (reader.ValueTextEquals("act"u8))
            return Once(Claim.Actor) && TokenChain.ReadActors(ref reader, _actors);
        if (reader.ValueTextEquals("ancestors"u8))
            return Once(Claim.Ancestors) && TokenChain.ReadAncestors(ref reader, _ancestors);
        if (reader.ValueTextEquals("cnf"u8))
            return Once(Claim.Confirmation) && ReadConfirmation(ref reader);
        if (reader.ValueTextEquals("authorization_details"u8))
            return Once(Claim.Details) && ReadDetails(ref reader, json);
        reader.Skip();
        return true;
    }

    private static bool Set(string? value) => value is { Length: > 0 };

    private bool Once(Claim claim)
    {
        var first = (_seen & claim) == 0;
        _seen |= claim;
        return first;
    }

    private static bool ReadText(ref Utf8JsonReader reader, out string? text)
    {
        text = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null;
    }

    private static bool ReadTime(ref Utf8JsonReader reader, out DateTimeOffset? time)
    {
        time = null;
        // NumericDate may have a fraction (RFC 7519 section 2).
        if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= LastSecond))
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        return true;
    }

    private bool ReadAudience(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            return false;
        if (reader.TokenType == JsonTokenType.String)
        {
            Audience = reader.GetString();
            return true;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            Audience = ++count == 1 ? reader.GetString() : null;
        return reader.TokenType == JsonTokenType.EndArray;
    }

    private bool ReadConfirmation(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("jkt"u8))
            {
                if (ProofKey is not null || !ReadText(ref reader, out var key) || key!.Length != Base64Url.GetEncodedLength(SHA256.HashSizeInBytes) || !Base64Url.IsValid(key))
                    return false;
                ProofKey = key;
                continue;
            }
            if (!reader.ValueTextEquals("x5t#S256"u8))
            {
                reader.Skip();
                continue;
            }
            if (Thumbprint is not null || !ReadText(ref reader, out var text) || text!.Length > 64 || !Base64Url.IsValid(text))
                return false;
            Thumbprint = Base64Url.DecodeFromChars(text);
            if (Thumbprint.Length != SHA256.HashSizeInBytes)
                return false;
        }
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool ReadDetails(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        AuthorizationDetails = json[start..(int)reader.BytesConsumed].ToArray();
        return true;
    }
}
