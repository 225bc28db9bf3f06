using System.Text.RegularExpressions;
using AgentMesh.Manifest.Internal.Syntax;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Reads the member <c>selectors</c>. Those of the unix attestor are checked; others (k8s, docker) are left to who attests.</summary>
internal static partial class Selectors
{
    private static readonly string[] UnixKeys =
        ["path", "sha256", "uid", "user", "gid", "group", "supplementary_gid", "supplementary_group"];

    public static IReadOnlyList<string> Read(SyntaxNode owner, DiagnosticBag diagnostics)
    {
        var selectors = Expect.Texts(owner, "selectors", diagnostics);
        foreach (var selector in selectors)
        {
            if (Fault(selector.Text) is { } fault)
                diagnostics.Error(selector.Position, $"{Quote.Text(selector.Text)} {fault}");
        }

        return selectors.Length == 0 ? [] : Array.AsReadOnly(Array.ConvertAll(selectors, selector => selector.Text));
    }

    private static string? Fault(string selector)
    {
        if (!Syntax().IsMatch(selector))
            return "is not a selector. Write type:key:value, for example \"unix:uid:1000\".";
        if (!selector.StartsWith("unix:", StringComparison.Ordinal))
            return null;

        var rest = selector["unix:".Length..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var (key, value) = colon < 0 ? (rest, "") : (rest[..colon], rest[(colon + 1)..]);
        if (!UnixKeys.Contains(key))
            return $"is not a selector of the unix attestor.{Suggestion.For(key, UnixKeys)}";
        return key switch
        {
            "path" when value is not ['/', ..] => "needs an absolute path, for example \"unix:path:/opt/mesh/advisor\".",
            "sha256" when !Sha256().IsMatch(value) => "needs 64 lower-case hexadecimal digits, as sha256sum prints them.",
            "uid" or "gid" or "supplementary_gid" when !Number().IsMatch(value) => "needs a number, for example \"unix:uid:1000\".",
            _ when value.Length == 0 => "has no value. Write for example \"unix:uid:1000\".",
            _ => null,
        };
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_-]*:[^\x00-\x1f\x7f]+\z")]
    private static partial Regex Syntax();

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"^[0-9]{1,10}\z")]
    private static partial Regex Number();
}
