using System.Text;

namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Text from the manifest made fit for a message: short, on one line, and unable to steer a terminal.</summary>
internal static class Quote
{
    private const int Longest = 60;

    public static string Text(string text) => '"' + Clean(text.Length <= Longest ? text : text[..Longest] + "…") + '"';

    public static string List(IEnumerable<string> texts) => string.Join(", ", texts.Select(Text));

    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (char.IsControl(character) || char.IsSurrogate(character) || char.GetUnicodeCategory(character) is
                System.Globalization.UnicodeCategory.Format or
                System.Globalization.UnicodeCategory.LineSeparator or
                System.Globalization.UnicodeCategory.ParagraphSeparator)
                clean.Append("\\u").Append(((int)character).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else
                clean.Append(character);
        }

        return clean.ToString();
    }
}
