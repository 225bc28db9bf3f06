namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>The syntax of paths in the manifest.</summary>
internal static class ProjectPath
{
    public const string Configuration = "{configuration}";

    /// <summary>What is wrong with a project's folder; null when nothing is.</summary>
    public static string? FolderFault(string path) =>
        path.Contains('{', StringComparison.Ordinal) ? "may hold no placeholder. Write the folder, for example \"agents/Advisor\"." : RelativeFault(path);

    /// <summary>What is wrong with an executable's path; null when nothing is.</summary>
    public static string? ExecutableFault(string path)
    {
        var plain = path.Replace(Configuration, "Debug", StringComparison.Ordinal);
        if (plain.AsSpan().ContainsAny('{', '}'))
            return $"has an unknown placeholder. The only one is {Configuration}.";
        return IsAbsolute(plain) ? TextFault(plain) : RelativeFault(plain);
    }

    public static bool IsAbsolute(string path) =>
        path is ['/', ..] || (path is [var drive, ':', '/' or '\\', ..] && char.IsAsciiLetter(drive));

    private static string? RelativeFault(string path)
    {
        if (path.Contains('\\', StringComparison.Ordinal))
            return "has backslashes. Write / between folders, on Windows too.";
        if (IsAbsolute(path) || path.Contains(':', StringComparison.Ordinal))
            return "is not relative to the manifest's folder. Write for example \"agents/Advisor\".";
        foreach (var range in path.AsSpan().Split('/'))
        {
            switch (path[range])
            {
                case "":
                    return "is empty or has an empty part. Write for example \"agents/Advisor\", without a slash at the end.";
                case "." or "..":
                    return "has \".\" or \"..\" in it, but must stay inside the manifest's folder. Write for example \"agents/Advisor\".";
            }
        }

        return TextFault(path);
    }

    private static string? TextFault(string path) => path.Any(char.IsControl) ? "holds control characters. Remove them." : null;
}
