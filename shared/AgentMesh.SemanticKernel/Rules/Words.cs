using System.Collections.Frozen;
using System.Text;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>Breaks text into words that can be compared: lower case, without stop words, cut to a stem.</summary>
internal static class Words
{
    private const int StemLength = 6;
    private const int ShortestStem = 3;

    private static readonly string[] Endings = ["iest", "ing", "ier", "est", "ed", "er", "ly", "y", "e"];

    private static readonly FrozenSet<string> StopWords = FrozenSet.ToFrozenSet(
    [
        "a", "about", "above", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "before", "being", "but", "by",
        "can", "could", "did", "do", "does", "each", "every", "for", "from", "get", "give", "given", "gives", "had", "has", "have", "he", "her",
        "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "let", "list", "many", "may", "me", "might", "more", "most", "much",
        "must", "my", "no", "not", "now", "of", "off", "on", "one", "or", "other", "our", "out", "over", "own", "per", "please", "portfolio",
        "say", "says", "set", "shall", "she", "should", "show", "so", "some", "such", "take", "tell", "than", "that", "the",
        "their", "them", "then", "there", "these", "they", "this", "those", "to", "too", "up", "us", "use", "very", "was", "we", "were", "what",
        "when", "where", "which", "while", "who", "why", "will", "with", "would", "you", "your",
    ]);

    /// <summary>The stems of the text's words, in order, with repetitions; numbers are no words.</summary>
    public static IEnumerable<string> Stems(string? text) =>
        Split(text).Where(w => !StopWords.Contains(w) && !w.All(char.IsAsciiDigit)).Select(Stem);

    /// <summary>The words of a text or of a name in any casing: <c>get_risk</c>, <c>sharpeRatio</c> and <c>Sharpe ratio</c> alike.</summary>
    public static IEnumerable<string> Split(string? text)
    {
        var word = new StringBuilder();
        var previous = ' ';
        foreach (var c in text ?? "")
        {
            var ends = !char.IsLetterOrDigit(c) || (char.IsUpper(c) && char.IsLower(previous));
            if (ends && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
            if (char.IsLetterOrDigit(c))
                word.Append(char.ToLowerInvariant(c));
            previous = c;
        }
        if (word.Length > 0)
            yield return word.ToString();
    }

    /// <summary>"risky", "risks" and "riskier" to "risk"; "volatile" and "volatility" to the same six letters.</summary>
    public static string Stem(string word)
    {
        var stem = word.AsSpan();
        if (stem.Length > ShortestStem && stem.EndsWith("s") && !stem.EndsWith("ss"))
            stem = stem.EndsWith("sses") ? stem[..^2] : stem[..^1];
        foreach (var ending in Endings)
        {
            if (stem.Length - ending.Length >= ShortestStem && stem.EndsWith(ending))
            {
                stem = stem[..^ending.Length];
                break;
            }
        }
        return stem[..Math.Min(stem.Length, StemLength)].ToString();
    }
}
