using System.Text.RegularExpressions;

namespace AgentMesh.Mesh.Tests;

/// <summary>Finds tokens, assertions and keys in a text, whatever it is of.</summary>
internal static partial class SecretScan
{
    /// <summary>What was found, cut short so that a failing test does not print it.</summary>
    public static List<string> Secrets(string text) =>
        [.. Jwt().Matches(text).Concat(PemKey().Matches(text)).Concat(JwkPrivate().Matches(text)).Select(match => match.Value[..12] + "…")];

    /// <summary>A JSON object in base64url, a dot, another: access tokens, JWT-SVIDs, assertions, with or without signature.</summary>
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}")]
    private static partial Regex Jwt();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex PemKey();

    [GeneratedRegex("\"(d|k|dp|dq|qi)\"\\s*:\\s*\"[A-Za-z0-9_-]{20,}\"")]
    private static partial Regex JwkPrivate();
}
