using System.Buffers.Text;
using System.Security.Cryptography;

namespace AgentMesh.Auth;

/// <summary>The public key that came with a DPoP proof: ES256 on P-256 (RFC 7518 §3.4).</summary>
internal sealed class ProofPublicKey
{
    public const int CoordinateLength = 32;

    // {"crv":"P-256","kty":"EC","x":"…","y":"…"}
    private const int CanonicalLength = 40 + (2 * 43);

    private readonly Es256 _key;

    private ProofPublicKey(string thumbprint, Es256 key) => (Thumbprint, _key) = (thumbprint, key);

    /// <summary>The JWK's SHA-256 thumbprint (RFC 7638 §3), which is what <c>cnf.jkt</c> holds.</summary>
    public string Thumbprint { get; }

    /// <summary>Makes a key of its coordinates; null when they are no point of the curve.</summary>
    public static ProofPublicKey? TryCreate(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() } };
        try
        {
            return new ProofPublicKey(ThumbprintOf(x, y), new Es256(parameters, ECDsa.Create(parameters)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>RFC 7638 §3: the members in their canonical order, without white space.</summary>
    public static string ThumbprintOf(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        Span<byte> canonical = stackalloc byte[CanonicalLength];
        var length = 0;
        Append("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""u8, canonical, ref length);
        length += Base64Url.EncodeToUtf8(x, canonical[length..]);
        Append("\",\"y\":\""u8, canonical, ref length);
        length += Base64Url.EncodeToUtf8(y, canonical[length..]);
        Append("\"}"u8, canonical, ref length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical[..length], hash);
        return Base64Url.EncodeToString(hash);
    }

    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => _key.Verify(signed, signature);

    private static void Append(ReadOnlySpan<byte> text, Span<byte> target, ref int length)
    {
        text.CopyTo(target[length..]);
        length += text.Length;
    }
}
