using System.Globalization;
using System.Text.RegularExpressions;

namespace AgentMesh.Mutations;

/// <summary>The lines that differ from a base commit, in the files as they are now.</summary>
internal sealed partial class ChangedLines
{
    private readonly Dictionary<string, List<(int First, int Last)>> _hunks = new(StringComparer.Ordinal);

    public static async Task<ChangedLines> SinceAsync(string root, string commit, CancellationToken cancellationToken)
    {
        var diff = await CommandLine.RunAsync("git", ["-C", root, "diff", "--unified=0", "--no-color", "--no-renames", commit], root, TimeSpan.FromMinutes(1), cancellationToken);
        if (diff.ExitCode != 0)
            throw new MutationException($"git knows no commit {commit}: {diff.Output.Trim()}");
        var changed = new ChangedLines();
        var file = "";
        foreach (var line in diff.Output.Split('\n'))
        {
            if (line.StartsWith("+++ ", StringComparison.Ordinal))
                file = line.StartsWith("+++ b/", StringComparison.Ordinal) ? line[6..] : "";
            else if (Hunk().Match(line) is { Success: true } hunk)
                changed.Add(file, int.Parse(hunk.Groups[1].Value, CultureInfo.InvariantCulture), hunk.Groups[2].Success ? int.Parse(hunk.Groups[2].Value, CultureInfo.InvariantCulture) : 1);
        }
        return changed;
    }

    public bool Touch(string file, (int First, int Last) lines) => _hunks.TryGetValue(file, out var hunks) && hunks.Exists(h => h.First <= lines.Last && lines.First <= h.Last);

    // Where lines were only removed, what stands around the gap has changed.
    private void Add(string file, int first, int count)
    {
        if (!_hunks.TryGetValue(file, out var hunks))
            _hunks[file] = hunks = [];
        hunks.Add(count == 0 ? (first, first + 1) : (first, first + count - 1));
    }

    [GeneratedRegex(@"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")]
    private static partial Regex Hunk();
}
