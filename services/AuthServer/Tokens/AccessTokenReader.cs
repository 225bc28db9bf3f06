using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AgentMesh.AuthServer.Keys;

namespace AgentMesh.AuthServer.Tokens;

/// <summary>Verifies access tokens of this server. Refuses anything this server would not have written (RFC 8725 §3).</summary>
internal sealed class AccessTokenReader(KeyRing keys, Issuer issuer, TimeProvider time)
{
    /// <summary>Longer tokens are refused unread.</summary>
    public const int MaxLength = 8192;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Whether a token claims to be an access token; says nothing about its being good.</summary>
    public static bool IsAccessToken(string? token)
    {
        try
        {
            if (token is not { Length: > 0 and <= MaxLength } || token.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var end))
            {
                return false;
            }
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, end)), Json);
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty("typ", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("at+jwt");
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            return false;
        }
    }

    public AccessTokenReading Read(string? token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaxLength || token.AsSpan().ContainsAnyExcept(Alphabet))
        {
            return new("it is not a compact JWS of at most 8192 characters");
        }
        var headerEnd = token.IndexOf('.', StringComparison.Ordinal);
        var payloadEnd = headerEnd < 0 ? -1 : token.IndexOf('.', headerEnd + 1);
        if (payloadEnd < 0 || token.IndexOf('.', payloadEnd + 1) >= 0)
        {
            return new("it is not a compact JWS");
        }

        try
        {
            return Read(token, headerEnd, payloadEnd);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return new("it is malformed");
        }
    }

    private AccessTokenReading Read(string token, int headerEnd, int payloadEnd)
    {
        var key = FindKey(Base64Url.DecodeFromChars(token.AsSpan(0, headerEnd)), out var error);
        if (key is null)
        {
            return new(error);
        }

        var signature = token.AsSpan(payloadEnd + 1);
        Span<byte> decoded = stackalloc byte[SigningKey.SignatureLength];
        if (signature.Length != Base64Url.GetEncodedLength(SigningKey.SignatureLength)
            || Base64Url.DecodeFromChars(signature, decoded, out _, out var written) != OperationStatus.Done
            || written != SigningKey.SignatureLength
            || !Verify(key, token.AsSpan(0, payloadEnd), decoded))
        {
            return new("its signature is wrong");
        }

        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(headerEnd + 1, payloadEnd - headerEnd - 1)), Json);
        return ReadClaims(claims.RootElement);
    }

    private SigningKey? FindKey(byte[] header, out string error)
    {
        using var document = JsonDocument.Parse(header, Json);
        string? algorithm = null, type = null, keyId = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "alg": algorithm = member.Value.GetString(); break;
                case "typ": type = member.Value.GetString(); break;
                case "kid": keyId = member.Value.GetString(); break;
                default:
                    error = "its header has members that this server never writes";
                    return null;
            }
        }
        if (algorithm != "ES256" || type != "at+jwt" || keyId is null)
        {
            error = "it is not an ES256 at+jwt of this server";
            return null;
        }
        error = "no key of this server signed it";
        return keys.Find(keyId);
    }

    private static bool Verify(SigningKey key, ReadOnlySpan<char> signed, ReadOnlySpan<byte> signature)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(signed.Length);
        try
        {
            var length = Encoding.ASCII.GetBytes(signed, buffer);
            return key.Verify(buffer.AsSpan(0, length), signature);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private AccessTokenReading ReadClaims(JsonElement claims)
    {
        if (claims.GetProperty("iss").GetString() != issuer.Value)
        {
            return new("another server issued it");
        }
        var expires = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
        if (expires <= time.GetUtcNow())
        {
            return new("it has expired");
        }
        if (!claims.TryGetProperty("cnf", out var confirmation)
            || (!confirmation.TryGetProperty("x5t#S256", out var thumbprint) & !confirmation.TryGetProperty("jkt", out var proofKey)))
        {
            return new("it is bound neither to a certificate nor to a key");
        }
        return new(new AccessToken
        {
            Id = Text(claims, "jti"),
            Subject = Text(claims, "sub"),
            ClientId = Text(claims, "client_id"),
            Audience = Text(claims, "aud"),
            Scope = Text(claims, "scope"),
            TransactionId = Text(claims, "txn"),
            Actors = ReadActors(claims),
            Ancestors = ReadAncestors(claims),
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat").GetInt64()),
            ExpiresAt = expires,
            Thumbprint = OptionalText(thumbprint),
            ProofKey = OptionalText(proofKey),
            MayAct = claims.TryGetProperty("may_act", out var mayAct) ? Text(mayAct, "sub") : null,
            AuthorizationDetails = claims.TryGetProperty("authorization_details", out var details) ? details.Clone() : null,
        });
    }

    private static List<string> ReadActors(JsonElement claims)
    {
        var actors = new List<string>(4);
        while (claims.TryGetProperty("act", out claims))
        {
            actors.Add(Text(claims, "sub"));
        }
        return actors;
    }

    private static string[] ReadAncestors(JsonElement claims) =>
        claims.TryGetProperty("ancestors", out var ancestors) ? [.. ancestors.EnumerateArray().Select(each => each.GetString() ?? throw new FormatException())] : [];

    private static string? OptionalText(JsonElement element) =>
        element.ValueKind == JsonValueKind.Undefined ? null : element.GetString() ?? throw new FormatException();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException();
}
