using System.Globalization;
using System.Text;

namespace AgentMesh.Cli.Output;

/// <summary>Text from elsewhere, made safe to write to a terminal.</summary>
internal static class Printable
{
    /// <summary>Drops control characters except line breaks and tabs: an escape sequence in an agent's answer could rewrite the screen.</summary>
    public static string Of(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Where(c => !IsUnsafe(c))) : text;

    /// <summary>The same in one line of at most 200 characters, also without characters that only change how others are shown, such as a reversal of the direction.</summary>
    public static string Line(string text)
    {
        var line = string.Concat(text.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            .Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));
        return line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, LongestLine), "…");
    }

    private const int LongestLine = 200;

    private static bool IsUnsafe(char c) =>
        char.IsControl(c) && c is not ('\n' or '\r' or '\t');
}
