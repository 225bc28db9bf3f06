using System.Globalization;
using System.Text.RegularExpressions;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the member <c>lifetimes</c>.</summary>
internal static partial class LifetimesReader
{
    public static Lifetimes Read(SyntaxNode root, DiagnosticBag diagnostics)
    {
        var silent = Lifetimes.Default;
        if (root.Find("lifetimes") is not { } node || !ObjectShape.Lifetimes.Check(node, diagnostics))
            return silent;

        return new(
            Duration(node, "x509Svid", Lifetimes.Longest, diagnostics) ?? silent.X509Svid,
            Duration(node, "jwtSvid", Lifetimes.Longest, diagnostics) ?? silent.JwtSvid,
            Duration(node, "accessToken", Lifetimes.LongestAccessToken, diagnostics) ?? silent.AccessToken);
    }

    private static TimeSpan? Duration(SyntaxNode owner, string member, TimeSpan longest, DiagnosticBag diagnostics)
    {
        if (owner.Find(member) is not { } node)
            return null;

        if (node.Kind != SyntaxKind.String || !Format().IsMatch(node.Text))
        {
            var meant = Meant(node.Text) is { } duration && duration > TimeSpan.Zero && duration <= longest ? duration : TimeSpan.FromMinutes(5);
            var written = node.Kind is SyntaxKind.String or SyntaxKind.Number ? Quote.Text(node.Text) : node.KindInWords;
            diagnostics.Error(node.Position, $"{written} is not a duration: write \"hh:mm:ss\", for example \"{meant:hh\\:mm\\:ss}\".");
            return null;
        }

        var hours = int.Parse(node.Text.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        var value = TimeSpan.FromHours(hours) + TimeSpan.ParseExact(node.Text[3..], @"mm\:ss", CultureInfo.InvariantCulture);
        if (value > TimeSpan.Zero && value <= longest)
            return value;

        diagnostics.Error(node.Position, value <= TimeSpan.Zero
            ? $"{Quote.Text(member)} must be longer than nothing. Write for example \"00:05:00\"."
            : $"{Quote.Text(member)} may be at most {longest:hh\\:mm\\:ss}. Write \"{longest:hh\\:mm\\:ss}\" or less.");
        return null;
    }

    /// <summary>What the usual other notations mean: 300, 5m, PT5M, 5 min.</summary>
    private static TimeSpan? Meant(string text)
    {
        var match = Other().Match(text);
        if (!match.Success)
            return null;

        var amount = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return match.Groups[2].ValueSpan is [var unit, ..]
            ? char.ToLowerInvariant(unit) switch
            {
                'h' => TimeSpan.FromHours(amount),
                'm' => TimeSpan.FromMinutes(amount),
                _ => TimeSpan.FromSeconds(amount),
            }
            : TimeSpan.FromSeconds(amount);
    }

    [GeneratedRegex(@"^[0-9]{2}:[0-5][0-9]:[0-5][0-9]\z")]
    private static partial Regex Format();

    [GeneratedRegex(@"^(?:PT)?([0-9]{1,6}) ?(h|m|s|hours?|min|minutes?|s|sec|seconds?)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Other();
}
