using System.Text.RegularExpressions;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>The syntax of what the manifest names.</summary>
internal static partial class Names
{
    public static void CheckParty(string name, ManifestPosition at, string what, DiagnosticBag diagnostics)
    {
        if (!Party().IsMatch(name))
        {
            diagnostics.Error(at, $"{Quote.Text(name)} cannot be the name of {what}: write at most {Limits.NameLength} of a-z, 0-9 and -, "
                + "beginning with a letter and not ending with -, for example \"risk-analyst\".");
        }
    }

    public static void CheckScope(string name, ManifestPosition at, DiagnosticBag diagnostics)
    {
        if (!Scope().IsMatch(name))
        {
            diagnostics.Error(at, $"{Quote.Text(name)} cannot be a scope: write at most {Limits.ScopeLength} ASCII characters without spaces, "
                + "quotes and backslashes (RFC 6749 section 3.3), for example \"risk.score\".");
        }
    }

    /// <summary>No hyphen at the end, because a name is a DNS label as well. (\z, for $ would let a line feed through at the end.)</summary>
    [GeneratedRegex(@"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Party();

    /// <summary>A scope token (RFC 6749 §3.3), which can stand in a quoted header parameter as it is.</summary>
    [GeneratedRegex(@"^[\x21\x23-\x5B\x5D-\x7E]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scope();
}
