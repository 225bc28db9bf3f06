namespace AgentMesh.Manifest.Internal.Reading;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Suggestion
{
    private const int Longest = 64;

    /// <summary><c> Did you mean "x"?</c>, or the choices when they are few, or nothing.</summary>
    public static string For(string written, IReadOnlyCollection<string> choices)
    {
        if (Closest(written, choices) is { } closest)
            return $" Did you mean {Quote.Text(closest)}?";
        return choices.Count is > 0 and <= 10 ? $" Write one of {Quote.List(choices)}." : "";
    }

    public static string? Closest(string written, IEnumerable<string> choices)
    {
        if (written.Length is 0 or > Longest)
            return null;

        string? closest = null;
        var least = Math.Max(1, written.Length / 3) + 1;
        foreach (var choice in choices)
        {
            if (Math.Abs(choice.Length - written.Length) >= least || choice.Length > Longest)
                continue;
            var distance = Distance(written, choice);
            if (distance < least)
                (closest, least) = (choice, distance);
        }

        return closest;
    }

    /// <summary>Optimal string alignment: insertions, deletions, replacements and swaps of neighbours; case does not count.</summary>
    private static int Distance(string left, string right)
    {
        Span<int> beforeLast = stackalloc int[Longest + 1];
        Span<int> last = stackalloc int[Longest + 1];
        Span<int> current = stackalloc int[Longest + 1];
        for (var column = 0; column <= right.Length; column++)
            last[column] = column;

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var same = Same(left[row - 1], right[column - 1]);
                var cost = Math.Min(Math.Min(current[column - 1], last[column]) + 1, last[column - 1] + (same ? 0 : 1));
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                    cost = Math.Min(cost, beforeLast[column - 2] + 1);
                current[column] = cost;
            }

            var free = beforeLast;
            beforeLast = last;
            last = current;
            current = free;
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
