using System.Text.Json;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// A token's header. Only <c>alg</c>, <c>typ</c>, <c>kid</c> and the signing certificate's thumbprint may stand in it: anything else would
/// have the sender say how it is to be verified (RFC 8725 §3.9, §3.10).
/// </summary>
internal ref struct TokenHeader
{
    public string? KeyId { get; private set; }

    /// <summary>Reads the header.</summary>
    /// <param name="json">The header.</param>
    /// <param name="expectedType">What <c>typ</c> must be, with or without <c>application/</c> before it.</param>
    /// <param name="algorithm">The only algorithm of this issuer.</param>
    /// <param name="header">What was read.</param>
    /// <returns>A reason code, or null when the token may be verified with the key <see cref="KeyId"/>.</returns>
    public static string? Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> expectedType, ReadOnlySpan<byte> algorithm, out TokenHeader header)
    {
        header = default;
        bool stated = false, allowed = false, type = false, asExpected = false, keyId = false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 2 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return DecisionReason.TokenMalformed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("alg"u8))
            {
                if (stated || !reader.Read() || reader.TokenType != JsonTokenType.String)
                    return DecisionReason.TokenMalformed;
                (stated, allowed) = (true, reader.ValueTextEquals(algorithm));
            }
            else if (reader.ValueTextEquals("typ"u8))
            {
                if (type || !reader.Read() || reader.TokenType != JsonTokenType.String)
                    return DecisionReason.TokenMalformed;
                (type, asExpected) = (true, IsType(ref reader, expectedType));
            }
            else if (reader.ValueTextEquals("kid"u8))
            {
                if (keyId || !reader.Read() || reader.TokenType != JsonTokenType.String)
                    return DecisionReason.TokenMalformed;
                (keyId, header.KeyId) = (true, reader.GetString());
            }
            else if (reader.ValueTextEquals("x5t"u8) || reader.ValueTextEquals("x5t#S256"u8))
            {
                reader.Skip();
            }
            else
            {
                return DecisionReason.TokenHeader;
            }
        }
        return !allowed ? DecisionReason.TokenAlgorithm
            : !asExpected ? DecisionReason.TokenType
            : string.IsNullOrEmpty(header.KeyId) ? DecisionReason.TokenKeyUnknown
            : null;
    }

    // RFC 7515 section 4.1.9: the prefix may be left out.
    private static bool IsType(ref Utf8JsonReader reader, ReadOnlySpan<byte> expected)
    {
        if (reader.ValueTextEquals(expected))
            return true;
        var prefix = "application/"u8;
        return !reader.ValueIsEscaped && reader.ValueSpan.StartsWith(prefix) && reader.ValueSpan[prefix.Length..].SequenceEqual(expected);
    }
}
