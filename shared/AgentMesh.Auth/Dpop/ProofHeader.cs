using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>
/// A DPoP proof's header: <c>typ</c>, <c>alg</c> and the public key, each once. Anything else (<c>crit</c>, <c>kid</c>, <c>jku</c>, <c>x5c</c> …)
/// would have the sender say how it is to be verified (RFC 8725 §3.10).
/// </summary>
internal static class ProofHeader
{
    private const int EncodedCoordinate = 43;

    private enum Member
    {
        None = 0, Type = 1, Algorithm = 2, Key = 4, KeyType = 8, Curve = 16, X = 32, Y = 64,
    }

    /// <summary>Reads the header and the key's coordinates.</summary>
    /// <returns>A code of <see cref="ProofFault"/>, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> json, Span<byte> x, Span<byte> y)
    {
        var seen = Member.None;
        string? typeFault = null, algorithmFault = null;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return ProofFault.Malformed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("typ"u8) && Once(ref seen, Member.Type))
                typeFault = IsText(ref reader, "dpop+jwt"u8) ? null : ProofFault.Type;
            else if (reader.ValueTextEquals("alg"u8) && Once(ref seen, Member.Algorithm))
                algorithmFault = IsText(ref reader, "ES256"u8) ? null : ProofFault.Algorithm;
            else if (!reader.ValueTextEquals("jwk"u8) || !Once(ref seen, Member.Key))
                return ProofFault.Header;
            else if (!ReadKey(ref reader, ref seen, x, y))
                return ProofFault.Key;
        }
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            return ProofFault.Malformed;
        return typeFault ?? (seen.HasFlag(Member.Type) ? null : ProofFault.Type)
            ?? algorithmFault ?? (seen.HasFlag(Member.Algorithm) ? null : ProofFault.Algorithm)
            ?? (seen.HasFlag(Member.Key) ? null : ProofFault.Key);
    }

    private static bool ReadKey(ref Utf8JsonReader reader, ref Member seen, Span<byte> x, Span<byte> y)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var known = reader.ValueTextEquals("kty"u8) ? Once(ref seen, Member.KeyType) && IsText(ref reader, "EC"u8)
                : reader.ValueTextEquals("crv"u8) ? Once(ref seen, Member.Curve) && IsText(ref reader, "P-256"u8)
                : reader.ValueTextEquals("x"u8) ? Once(ref seen, Member.X) && ReadCoordinate(ref reader, x)
                : reader.ValueTextEquals("y"u8) ? Once(ref seen, Member.Y) && ReadCoordinate(ref reader, y)
                : reader.ValueTextEquals("alg"u8) ? IsText(ref reader, "ES256"u8)
                : reader.ValueTextEquals("use"u8) && IsText(ref reader, "sig"u8);
            // Above all no private key: who sends one has none any more.
            if (!known)
                return false;
        }
        const Member all = Member.KeyType | Member.Curve | Member.X | Member.Y;
        return reader.TokenType == JsonTokenType.EndObject && (seen & all) == all;
    }

    private static bool ReadCoordinate(ref Utf8JsonReader reader, Span<byte> coordinate) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length == EncodedCoordinate
        && Base64Url.DecodeFromUtf8(reader.ValueSpan, coordinate, out _, out var written) == OperationStatus.Done && written == coordinate.Length;

    private static bool IsText(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text);

    private static bool Once(ref Member seen, Member member)
    {
        var first = (seen & member) == 0;
        seen |= member;
        return first;
    }
}
