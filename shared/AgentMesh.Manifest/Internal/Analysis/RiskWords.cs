using System.Text.RegularExpressions;

namespace AgentMesh.Manifest.Internal.Analysis;

/// <summary>Recognises by its words a scope that changes something which is hard to take back.</summary>
internal static partial class RiskWords
{
    private static readonly HashSet<string> Stems = new(StringComparer.OrdinalIgnoreCase)
    {
        "admin", "approve", "buy", "cancel", "delete", "deploy", "destroy", "drop", "erase", "execute", "grant", "impersonate", "modify",
        "pay", "publish", "purchase", "purge", "remove", "revoke", "sell", "send", "settle", "sign", "transfer", "update", "withdraw", "write",
    };

    private static readonly string[] Endings = ["", "s", "d", "ed", "ing", "es", "ment", "ments", "al"];

    /// <summary>The first such word of the name, or else of the description; null when there is none.</summary>
    public static string? Find(ScopeDefinition scope) => FindIn(scope.Name) ?? FindIn(scope.Description);

    private static string? FindIn(string text)
    {
        foreach (var word in Words().EnumerateMatches(text))
        {
            var found = text.Substring(word.Index, word.Length);
            if (Array.Exists(Endings, ending => found.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && IsStem(found[..^ending.Length])))
                return found;
        }

        return null;
    }

    /// <summary>Also with the e that "deleting" has lost.</summary>
    private static bool IsStem(string word) => Stems.Contains(word) || Stems.Contains(word + "e");

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+")]
    private static partial Regex Words();
}
