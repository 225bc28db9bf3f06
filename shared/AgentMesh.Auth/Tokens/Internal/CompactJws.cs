using System.Buffers;

namespace AgentMesh.Auth;

/// <summary>JWS compact serialization (RFC 7515 §7.1): three parts in base64url without padding, and nothing else, so that a token has one spelling.</summary>
internal static class CompactJws
{
    // .NET's decoder passes over white space and takes padding.
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Finds the two dots; the parts between are not empty.</summary>
    public static bool TrySplit(ReadOnlySpan<char> text, out int firstDot, out int lastDot)
    {
        (firstDot, lastDot) = (text.IndexOf('.'), text.LastIndexOf('.'));
        return firstDot > 0 && lastDot > firstDot + 1 && lastDot < text.Length - 1
            && !text[(firstDot + 1)..lastDot].Contains('.') && !text.ContainsAnyExcept(Alphabet);
    }
}
