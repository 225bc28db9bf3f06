using System.Numerics;
using System.Text;

namespace AgentMesh.Manifest.Internal.Syntax;

/// <summary>Gives the same string for the same text, for a manifest repeats its member names and scopes at every edge.</summary>
/// <param name="textLength">The manifest's length in bytes; the pool grows with it.</param>
internal sealed class TextPool(int textLength)
{
    private const int Longest = 64;
    private readonly string?[] _slots = new string?[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(textLength / 256, 64, 32 * 1024))];

    /// <summary>The pooled text, or null for text that is not pooled: long, escaped or beyond ASCII.</summary>
    public string? Get(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest)
            return null;

        var hash = new HashCode();
        hash.AddBytes(text);
        ref var slot = ref _slots[hash.ToHashCode() & (_slots.Length - 1)];
        if (slot is not null && Ascii.Equals(text, slot))
            return slot;
        return Ascii.IsValid(text) ? slot = Encoding.ASCII.GetString(text) : null;
    }
}
