using System.Buffers;

namespace AgentMesh.Spiffe.Internal;

/// <summary>The grammar of SPIFFE-ID §2. Each check answers the rule that is broken, or null.</summary>
internal static class SpiffeIdGrammar
{
    public const string Scheme = "spiffe://";

    private static readonly SearchValues<char> TrustDomainChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");
    private static readonly SearchValues<char> SegmentChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    public static string? Check(ReadOnlySpan<char> value, out int pathStart)
    {
        pathStart = 0;
        // Before anything else, so that a hostile megabyte costs nothing. All allowed characters are ASCII: length is bytes.
        if (value.Length > SpiffeId.MaxLength)
            return "it is longer than 2048 bytes";
        if (!value.StartsWith(Scheme, StringComparison.Ordinal))
            return "it does not begin with 'spiffe://'";
        var slash = value[Scheme.Length..].IndexOf('/');
        pathStart = slash < 0 ? value.Length : Scheme.Length + slash;
        return CheckTrustDomain(value[Scheme.Length..pathStart]) ?? CheckPath(value[pathStart..]);
    }

    public static string? CheckTrustDomain(ReadOnlySpan<char> name) => name.Length switch
    {
        0 => "the trust domain is empty",
        > TrustDomain.MaxLength => "the trust domain is longer than 255 bytes",
        _ when name.ContainsAnyExcept(TrustDomainChars) => "the trust domain may contain only lower-case letters, digits, dots, dashes and underscores",
        _ => null,
    };

    private static string? CheckPath(ReadOnlySpan<char> path)
    {
        while (!path.IsEmpty)
        {
            var rest = path[1..];
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (segment.IsEmpty)
                return slash < 0 ? "it ends with a slash" : "the path has an empty segment";
            if (segment is "." or "..")
                return "the path has a '.' or '..' segment";
            if (segment.ContainsAnyExcept(SegmentChars))
                return "path segments may contain only letters, digits, dots, dashes and underscores";
            path = rest[segment.Length..];
        }
        return null;
    }
}
