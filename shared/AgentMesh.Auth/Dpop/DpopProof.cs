using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>
/// A DPoP proof whose signature is that of the key it carries (RFC 9449 §4.3, checks 2 to 7). For what it was made is asked afterwards:
/// <see cref="Check"/>, <see cref="IsAddressedTo"/>, <see cref="IsForToken"/>; whether it was used before, whoever keeps the used ones knows.
/// </summary>
internal sealed class DpopProof
{
    /// <summary>Longer ones are refused unread.</summary>
    public const int MaxLength = 4096;

    private readonly ProofClaims _claims;

    private DpopProof(ProofPublicKey key, ProofClaims claims) => (Key, _claims) = (key, claims);

    /// <summary>The key that signed it. Whose that is, only a token bound to it says.</summary>
    public ProofPublicKey Key { get; }

    /// <summary><c>jti</c>.</summary>
    public string Id => _claims.Id!;

    /// <summary><c>iat</c>.</summary>
    public DateTimeOffset IssuedAt => _claims.IssuedAt!.Value;

    /// <summary>Reads and verifies a proof.</summary>
    /// <param name="text">The header's value.</param>
    /// <param name="known">A key that was made for an earlier proof, to be used again if this one is signed with it.</param>
    /// <param name="fault">A code of <see cref="ProofFault"/> when the result is null.</param>
    public static DpopProof? Read(ReadOnlySpan<char> text, ProofPublicKey? known, out string? fault)
    {
        fault = ProofFault.Malformed;
        if (text.Length > MaxLength || !CompactJws.TrySplit(text, out var first, out var last))
            return null;
        var scratch = ArrayPool<byte>.Shared.Rent(text.Length * 2);
        try
        {
            return Read(text, first, last, scratch, known, out fault);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>Checks what it was made for: the request's method, and now.</summary>
    /// <returns>A code of <see cref="ProofFault"/>, or null.</returns>
    public string? Check(string method, DateTimeOffset now, TimeSpan window) =>
        !string.Equals(_claims.Method, method, StringComparison.Ordinal) ? ProofFault.Method
        : (now - IssuedAt).Duration() > window ? ProofFault.Time
        : null;

    /// <summary>Whether <c>htu</c> is this address, each normalized, without query and fragment (RFC 9449 §4.3, check 9).</summary>
    public bool IsAddressedTo(Uri address) =>
        Uri.TryCreate(_claims.Address, UriKind.Absolute, out var target) && target.UserInfo.Length == 0
        && Uri.Compare(target, address, UriComponents.Scheme | UriComponents.StrongAuthority, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
        && string.Equals(target.AbsolutePath, address.AbsolutePath, StringComparison.Ordinal);

    /// <summary>Whether <c>ath</c> is the hash of this token (RFC 9449 §4.3, check 12).</summary>
    public bool IsForToken(ReadOnlySpan<byte> tokenHash) => _claims.TokenHash is { } stated && CryptographicOperations.FixedTimeEquals(stated, tokenHash);

    private static DpopProof? Read(ReadOnlySpan<char> text, int first, int last, Span<byte> scratch, ProofPublicKey? known, out string? fault)
    {
        fault = ProofFault.Malformed;
        if (Base64Url.DecodeFromChars(text[..first], scratch, out _, out var headerLength) != OperationStatus.Done)
            return null;
        Span<byte> x = stackalloc byte[ProofPublicKey.CoordinateLength], y = stackalloc byte[ProofPublicKey.CoordinateLength];
        fault = ProofHeader.Read(scratch[..headerLength], x, y);
        if (fault is not null)
            return null;

        fault = ProofFault.Key;
        var key = known is not null && known.Thumbprint == ProofPublicKey.ThumbprintOf(x, y) ? known : ProofPublicKey.TryCreate(x, y);
        if (key is null)
            return null;

        fault = ProofFault.Signature;
        Span<byte> signature = stackalloc byte[Es256.SignatureLength];
        var encoded = text[(last + 1)..];
        if (encoded.Length != Base64Url.GetEncodedLength(Es256.SignatureLength)
            || Base64Url.DecodeFromChars(encoded, signature, out _, out var signatureLength) != OperationStatus.Done
            || !key.Verify(scratch[..Encoding.ASCII.GetBytes(text[..last], scratch)], signature[..signatureLength]))
        {
            return null;
        }

        fault = ProofFault.Malformed;
        if (Base64Url.DecodeFromChars(text[(first + 1)..last], scratch, out _, out var payloadLength) != OperationStatus.Done
            || ProofClaims.TryRead(scratch[..payloadLength]) is not { } claims)
        {
            return null;
        }
        fault = null;
        return new DpopProof(key, claims);
    }
}
