using System.Text.RegularExpressions;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Threats;

/// <summary>A test, or a class of tests, that says which threats it is about.</summary>
/// <param name="File">Where it stands, relative to the repository, with forward slashes.</param>
/// <param name="Class">The class.</param>
/// <param name="Method">The test; null for the whole class.</param>
/// <param name="Threat">One of <c>T01</c> ….</param>
/// <param name="IsAttack">Marked <see cref="ThreatAttribute"/> rather than <see cref="ProvesAttribute"/>.</param>
internal sealed partial record MarkedTest(string File, string Class, string? Method, string Threat, bool IsAttack)
{
    /// <summary>All that are marked in the tests of this repository, by their text: most are in assemblies that this one has no reason to load.</summary>
    public static IReadOnlyList<MarkedTest> FindAll(string root) =>
        [.. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => FindIn(file, System.IO.File.ReadLines(Path.Combine(root, file))))];

    /// <summary>Marks belong to the next class or method.</summary>
    internal static IEnumerable<MarkedTest> FindIn(string file, IEnumerable<string> lines)
    {
        var type = "";
        List<(string Threat, bool IsAttack)> marks = [];
        foreach (var line in lines)
        {
            if (line.TrimStart().StartsWith('['))
            {
                foreach (Match mark in Mark().Matches(line))
                    marks.AddRange(ThreatId().Matches(mark.Groups[2].Value).Select(id => (id.Groups[1].Value, mark.Groups[1].Value == "Threat")));
                continue;
            }
            string? method = null;
            if (ClassName().Match(line) is { Success: true } named)
                type = named.Groups[1].Value;
            else if (MethodName().Match(line) is { Success: true } test)
                method = test.Groups[1].Value;
            else
                continue;
            foreach (var (threat, isAttack) in marks)
                yield return new(file, type, method, threat, isAttack);
            marks.Clear();
        }
    }

    [GeneratedRegex(@"\b(Threat|Proves)\(([^)]*)\)")]
    private static partial Regex Mark();

    [GeneratedRegex("\"(T[0-9]+)\"")]
    private static partial Regex ThreatId();

    [GeneratedRegex(@"^(?:public|internal) .*\bclass (\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^    public (?:async |static )*[\w<>]+ (\w+)\(")]
    private static partial Regex MethodName();
}
