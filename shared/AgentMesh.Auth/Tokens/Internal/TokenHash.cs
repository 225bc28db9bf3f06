using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AgentMesh.Auth;

/// <summary>SHA-256 of a token's characters: a key that can be kept and compared without keeping the token.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    private const int StackLimit = 2048;

    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        var length = Encoding.UTF8.GetMaxByteCount(token.Length);
        Span<byte> bytes = length <= StackLimit * 3 ? stackalloc byte[StackLimit * 3] : new byte[length];
        return Of(bytes[..Encoding.UTF8.GetBytes(token, bytes)]);
    }

    public static TokenHash Of(ReadOnlySpan<byte> token)
    {
        Span<ulong> hash = stackalloc ulong[4];
        SHA256.HashData(token, MemoryMarshal.AsBytes(hash));
        return new TokenHash(hash[0], hash[1], hash[2], hash[3]);
    }

    /// <summary>The hash itself, 32 bytes.</summary>
    public void WriteTo(Span<byte> hash) => MemoryMarshal.Write(hash, in this);

    // The parts are already uniformly distributed.
    public override int GetHashCode() => A.GetHashCode();
}
