using System.Text.RegularExpressions;

namespace AgentMesh.Spiffe.Tests.Conventions;

/// <summary><c>Requirements.md</c> has no holes, and says nothing that the tests do not.</summary>
public sealed partial class RequirementsTableTests
{
    private static readonly string[] Ids =
    [
        "WE1", "WE2", "WE3", "WE4", "WE5",
        "WA1", "WA2", "WA3", "WA4", "WA5", "WA6", "WA7", "WA8", "WA9", "WA10",
        "ID1", "ID2", "ID3", "X1", "X2", "X3", "X4", "X5", "J1", "J2", "J3", "B1", "F1", "F2", "F3",
    ];

    private static readonly string[] Projects = ["Spiffe.Tests", "WorkloadApi.Tests"];

    [Fact]
    public void Every_requirement_has_a_row_and_a_test_on_each_side_it_binds()
    {
        var rows = Rows();

        Assert.Equal(Ids, rows.Select(static r => r.Id));
        foreach (var row in rows)
        {
            foreach (var party in row.Who.Split(", "))
            {
                Assert.Contains(party, new[] { "srv", "iss", "cli", "val", "bundle", "both", "all" });
                if (party is not ("srv" or "iss"))
                    Assert.True(row.Tests[0].Count > 0, $"{row.Id} binds '{party}', but no test of {Projects[0]} is listed.");
                if (party is not ("cli" or "val" or "all"))
                    Assert.True(row.Tests[1].Count > 0, $"{row.Id} binds '{party}', but no test of {Projects[1]} is listed.");
            }
        }
    }

    [Fact]
    public void Every_test_listed_exists_and_says_so_itself()
    {
        var marked = Projects.Select(Marks).ToArray();

        foreach (var row in Rows())
        {
            for (var project = 0; project < Projects.Length; project++)
            {
                foreach (var test in row.Tests[project])
                    Assert.True(marked[project].Contains((row.Id, test)), $"{Projects[project]} has no test {test} marked [Proves(\"{row.Id}\")].");
            }
        }
    }

    private static List<(string Id, string Who, List<string>[] Tests)> Rows() =>
        [.. File.ReadLines(Path.Combine(TestsFolder(), "Spiffe.Tests", "Requirements.md"))
            .Where(static line => Row().IsMatch(line))
            .Select(static line => line.Split('|'))
            .Select(static cells => (cells[1].Trim(), cells[2].Trim(), new[] { TestNames(cells[^3]), TestNames(cells[^2]) }))];

    private static List<string> TestNames(string cell) => [.. TestName().Matches(cell).Select(static m => m.Groups[1].Value)];

    // By their text, because the server's tests are another assembly, which this one has no reason to load.
    private static HashSet<(string Id, string Test)> Marks(string project)
    {
        var marks = new HashSet<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(TestsFolder(), project), "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            var name = ClassName().Match(text).Groups[1].Value;
            foreach (Match mark in Mark().Matches(text))
            {
                foreach (Match id in Quoted().Matches(mark.Groups[1].Value))
                    marks.Add((id.Groups[1].Value, $"{name}.{mark.Groups[2].Value}"));
            }
        }
        return marks;
    }

    private static string TestsFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AgentMesh.Tests.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests holds AgentMesh.Tests.sln.");
    }

    [GeneratedRegex(@"^\| (WE|WA|ID|X|J|B|F)\d+ \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"class (\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"Proves\(([^)]*)\)\](?:\s*\[.*\])*\s*public (?:async |static )*[\w<>]+ (\w+)\(")]
    private static partial Regex Mark();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();
}
