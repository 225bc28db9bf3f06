namespace AgentMesh.Cli.Checks;

/// <summary>One box of the production checklist.</summary>
/// <param name="Evidence">What was seen, one line each.</param>
/// <param name="Fix">What to do about it; null when it is green.</param>
internal sealed record CheckResult(string Name, CheckLevel Level, IReadOnlyList<string> Evidence, string? Fix = null)
{
    public static CheckResult Green(string name, params IEnumerable<string> evidence) => new(name, CheckLevel.Green, [.. evidence]);

    public static CheckResult Amber(string name, string fix, params IEnumerable<string> evidence) => new(name, CheckLevel.Amber, [.. evidence], fix);

    public static CheckResult Red(string name, string fix, params IEnumerable<string> evidence) => new(name, CheckLevel.Red, [.. evidence], fix);
}

internal enum CheckLevel
{
    /// <summary>As it must be.</summary>
    Green,

    /// <summary>Could not be seen, or is acceptable on a developer's machine only.</summary>
    Amber,

    /// <summary>Not as it must be.</summary>
    Red,
}
