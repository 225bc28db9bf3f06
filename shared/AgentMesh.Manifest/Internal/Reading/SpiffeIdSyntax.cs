using System.Buffers;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>The syntax of SPIFFE IDs (SPIFFE-ID §2.1 to §2.3).</summary>
internal static class SpiffeIdSyntax
{
    private static readonly SearchValues<char> TrustDomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");
    private static readonly SearchValues<char> SegmentCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    public static bool IsTrustDomain(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= Limits.TrustDomainBytes && !name.ContainsAnyExcept(TrustDomainCharacters);

    /// <summary>Whether <paramref name="path"/> (without its leading slash) is the path of a workload's ID: at least one segment.</summary>
    public static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (segment is "" or "." or ".." || segment.ContainsAnyExcept(SegmentCharacters))
                return false;
        }

        return true;
    }

    /// <summary>The manifest's trust domain; when it is wrong, a stand-in that lets reading go on.</summary>
    public static string ReadTrustDomain(Syntax.SyntaxNode root, DiagnosticBag diagnostics)
    {
        const string Example = "example.org";
        if (Expect.Text(root, "trustDomain", diagnostics) is not { } text)
            return Example;
        if (IsTrustDomain(text))
            return text;

        var bare = text.Replace("spiffe://", "", StringComparison.OrdinalIgnoreCase).TrimEnd('/').ToLowerInvariant();
        diagnostics.Error(root.Find("trustDomain")!.Position, $"{Quote.Text(text)} is not a trust domain: write 1 to {Limits.TrustDomainBytes} of "
            + $"a-z, 0-9, dot, hyphen and underscore, without scheme, port or path, for example {Quote.Text(IsTrustDomain(bare) ? bare : Example)}.");
        return Example;
    }
}
