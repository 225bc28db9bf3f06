using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>The claims of a DPoP proof (RFC 9449 §4.2). One that stands twice makes it malformed; unknown ones say nothing.</summary>
internal sealed class ProofClaims
{
    private const int LongestId = 128;
    private const int LongestAddress = 2048;
    private const long LastSecond = 253_402_300_799;

    public string? Id { get; private set; }

    public string? Method { get; private set; }

    public string? Address { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    /// <summary><c>ath</c> decoded; null when the proof belongs to no token.</summary>
    public byte[]? TokenHash { get; private set; }

    /// <summary>Reads the payload; null when it breaks the format or lacks a claim.</summary>
    public static ProofClaims? TryRead(ReadOnlySpan<byte> json)
    {
        var claims = new ProofClaims();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!claims.ReadClaim(ref reader))
                return null;
        }
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read()
            && claims is { Id: not null, Method: not null, Address: not null, IssuedAt: not null } ? claims : null;
    }

    private bool ReadClaim(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("jti"u8))
            return Id is null && (Id = ReadText(ref reader, LongestId)) is not null;
        if (reader.ValueTextEquals("htm"u8))
            return Method is null && (Method = ReadText(ref reader, LongestId)) is not null;
        if (reader.ValueTextEquals("htu"u8))
            return Address is null && (Address = ReadText(ref reader, LongestAddress)) is not null;
        if (reader.ValueTextEquals("iat"u8))
            return IssuedAt is null && (IssuedAt = ReadTime(ref reader)) is not null;
        if (reader.ValueTextEquals("ath"u8))
            return TokenHash is null && (TokenHash = ReadHash(ref reader)) is not null;
        reader.Skip();
        return true;
    }

    private static string? ReadText(ref Utf8JsonReader reader, int longest) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text && text.Length <= longest ? text : null;

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds) && seconds is >= 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;

    private static byte[]? ReadHash(ref Utf8JsonReader reader)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return reader.Read() && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length == Base64Url.GetEncodedLength(hash.Length)
            && Base64Url.DecodeFromUtf8(reader.ValueSpan, hash, out _, out var written) == OperationStatus.Done && written == hash.Length ? hash : null;
    }
}
