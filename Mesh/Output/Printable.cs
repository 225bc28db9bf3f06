namespace AgentMesh.Cli.Output;

/// <summary>Text from elsewhere, made safe to write to a terminal.</summary>
internal static class Printable
{
    /// <summary>Drops control characters except line breaks and tabs: an escape sequence in an agent's answer could rewrite the screen.</summary>
    public static string Of(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Where(c => !IsUnsafe(c))) : text;

    private static bool IsUnsafe(char c) =>
        char.IsControl(c) && c is not ('\n' or '\r' or '\t');
}
