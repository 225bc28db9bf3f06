namespace AgentMesh.Mutations;

/// <summary>
/// Reads the lists: text in paragraphs. <c>#</c> begins a comment; <c>id</c>, <c>file</c>, <c>test</c> and <c>why</c> are named; lines that begin
/// with <c>-</c> are the text that is there, lines with <c>+</c> what takes its place, both without their first two characters.
/// </summary>
public static class MutationList
{
    /// <summary>All mutations of a repository, in the order of the lists.</summary>
    /// <exception cref="MutationException">An entry is incomplete, or an id stands twice.</exception>
    public static IReadOnlyList<Mutation> Read(string root)
    {
        List<Mutation> all = [];
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, "tests", "mutations"), "*.txt").Order(StringComparer.Ordinal))
        {
            foreach (var mutation in Parse(Path.GetRelativePath(root, path), File.ReadAllLines(path)))
            {
                if (all.Exists(m => m.Id == mutation.Id))
                    throw new MutationException($"{mutation.List.File}:{mutation.List.First}: {mutation.Id} stands twice.");
                all.Add(mutation);
            }
        }
        return all;
    }

    private static IEnumerable<Mutation> Parse(string path, string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
                continue;
            var first = i;
            while (i < lines.Length && lines[i].Length > 0)
                i++;
            yield return ParseEntry(path, first, lines[first..i]);
        }
    }

    private static Mutation ParseEntry(string path, int first, string[] lines)
    {
        string Named(string name) => lines.FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..]
            ?? throw new MutationException($"{path}:{first + 1}: the entry has no {name}.");
        string Marked(char mark) => string.Join('\n', lines.Where(l => l[0] == mark).Select(l => l.Length > 2 ? l[2..] : ""));

        var find = Marked('-');
        if (find.Length == 0)
            throw new MutationException($"{path}:{first + 1}: the entry does not say which text to replace.");
        var test = Named("test").Split(' ', 2);
        if (test.Length != 2 || !Named("id").Contains('-', StringComparison.Ordinal))
            throw new MutationException($"{path}:{first + 1}: id is Tnn-name, test is Project Class.Method.");
        return new Mutation(Named("id"), Named("why"), Named("file"), find, Marked('+'), new(test[0], test[1]), (path, first + 1, first + lines.Length));
    }
}
