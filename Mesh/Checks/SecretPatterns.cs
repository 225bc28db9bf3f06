using System.Text.RegularExpressions;

namespace AgentMesh.Cli.Checks;

/// <summary>What a secret looks like. Says what kind was found, never the secret.</summary>
internal static partial class SecretPatterns
{
    public static IEnumerable<string> In(string text)
    {
        if (Jwt().IsMatch(text))
            yield return "a signed token";
        if (PemKey().IsMatch(text))
            yield return "a private key (PEM)";
        if (JwkPrivate().IsMatch(text))
            yield return "a private key (JWK)";
        if (ProviderKey().IsMatch(text))
            yield return "a provider's API key";
    }

    /// <summary>Names of variables (<c>NAME=value</c>) that sound like secrets and are not empty.</summary>
    public static IEnumerable<string> NamesIn(IEnumerable<string> environment) =>
        environment.Select(variable => SecretName().Match(variable)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}")]
    private static partial Regex Jwt();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex PemKey();

    [GeneratedRegex("\"(d|k|dp|dq|qi)\"\\s*:\\s*\"[A-Za-z0-9_-]{20,}\"")]
    private static partial Regex JwkPrivate();

    [GeneratedRegex(@"\b(sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|AIza[0-9A-Za-z_-]{35})\b")]
    private static partial Regex ProviderKey();

    [GeneratedRegex(@"^([A-Z0-9_]*(API_?KEY|SECRET|PASSWORD|PASSWD|ACCESS_TOKEN|AUTH_TOKEN|PRIVATE_KEY|CREDENTIALS)[A-Z0-9_]*)=.+", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
