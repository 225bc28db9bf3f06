using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>The three parts of a signed token in JWS compact serialization (RFC 7515 §7.1).</summary>
internal readonly ref struct CompactToken
{
    private const int MaxHeader = 1024;

    // RSA with 4096 bits.
    private const int MaxSignature = 512;

    private readonly ReadOnlySpan<char> _token;
    private readonly int _firstDot;
    private readonly int _lastDot;

    private CompactToken(ReadOnlySpan<char> token, int firstDot, int lastDot)
    {
        _token = token;
        (_firstDot, _lastDot) = (firstDot, lastDot);
    }

    public static bool TrySplit(ReadOnlySpan<char> token, out CompactToken parts)
    {
        var split = CompactJws.TrySplit(token, out var first, out var last);
        parts = split ? new CompactToken(token, first, last) : default;
        return split;
    }

    /// <summary>Reads which key is to verify the token.</summary>
    /// <returns>A reason code, or null.</returns>
    public string? ReadKeyId(ReadOnlySpan<byte> expectedType, ReadOnlySpan<byte> algorithm, out string? keyId)
    {
        keyId = null;
        Span<byte> json = stackalloc byte[MaxHeader];
        if (_firstDot > MaxHeader || Base64Url.DecodeFromChars(_token[.._firstDot], json, out _, out var length) != OperationStatus.Done)
            return DecisionReason.TokenMalformed;
        try
        {
            var fault = TokenHeader.Read(json[..length], expectedType, algorithm, out var header);
            keyId = header.KeyId;
            return fault;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return DecisionReason.TokenMalformed;
        }
    }

    /// <summary>
    /// Looks whose token it says it is, to know whose rules to hold it to. Nothing is verified: the rules of that issuer ask for its signature, and for this
    /// very claim again.
    /// </summary>
    public string? PeekIssuer()
    {
        var text = _token[(_firstDot + 1).._lastDot];
        var rented = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            if (Base64Url.DecodeFromChars(text, rented, out _, out var length) != OperationStatus.Done)
                return null;
            var reader = new Utf8JsonReader(rented.AsSpan(0, length));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("iss"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>Verifies the signature and decodes the payload.</summary>
    /// <param name="key">The issuer's key.</param>
    /// <param name="scratch">At least twice as many bytes as the token has characters.</param>
    /// <param name="payload">The payload, within <paramref name="scratch"/>.</param>
    /// <returns>A reason code, or null.</returns>
    public string? Verify(IssuerKey key, Span<byte> scratch, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        var signed = _token[.._lastDot];
        if (!Ascii.IsValid(_token) || Encoding.ASCII.GetBytes(signed, scratch) != signed.Length)
            return DecisionReason.TokenMalformed;
        Span<byte> signature = stackalloc byte[MaxSignature];
        if (_token.Length - _lastDot > MaxSignature * 4 / 3 + 2 || Base64Url.DecodeFromChars(_token[(_lastDot + 1)..], signature, out _, out var signatureLength) != OperationStatus.Done)
            return DecisionReason.TokenSignature;
        if (!key.Verify(scratch[..signed.Length], signature[..signatureLength]))
            return DecisionReason.TokenSignature;
        var json = scratch[signed.Length..];
        if (Base64Url.DecodeFromChars(_token[(_firstDot + 1).._lastDot], json, out _, out var length) != OperationStatus.Done)
            return DecisionReason.TokenMalformed;
        payload = json[..length];
        return null;
    }
}
