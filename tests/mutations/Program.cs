using AgentMesh.Mutations;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    interrupted.Cancel();
};
try
{
    var options = Options.Read(args);
    var root = Root();
    var selected = await SelectAsync(root, options, interrupted.Token);
    if (options.List)
    {
        foreach (var mutation in selected)
            Console.WriteLine($"{mutation.Id,-28} {mutation.File}\n{"",28} {mutation.Test}\n{"",28} {mutation.Why}");
        return 0;
    }
    if (selected.Count == 0)
    {
        Console.WriteLine("No mutation to try.");
        return 0;
    }
    return Summarize(selected, await new Run(selected, options, root).ToTheEndAsync(interrupted.Token));
}
catch (MutationException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Interrupted.");
    return 1;
}

static async Task<IReadOnlyList<Mutation>> SelectAsync(string root, Options options, CancellationToken cancellationToken)
{
    var all = MutationList.Read(root);
    // All texts are looked for, also those that are not tried now: an entry that has gone stale is an error, not a success.
    var lines = all.ToDictionary(m => m.Id, m =>
    {
        var source = File.ReadAllText(Path.Combine(root, m.File));
        m.ApplyTo(source);
        return m.LinesIn(source);
    });
    if (options.Only.FirstOrDefault(id => !all.Any(m => m.Id == id || m.Threat == id)) is { } unknown)
        throw new MutationException($"There is no mutation {unknown}. tests/mutate --list names them.");
    var selected = all.Where(m => options.Only.Count == 0 || options.Only.Contains(m.Id) || options.Only.Contains(m.Threat));
    if (options.Changed is { } commit)
    {
        var changed = await ChangedLines.SinceAsync(root, commit, cancellationToken);
        selected = selected.Where(m => changed.Touch(m.File, lines[m.Id]) || changed.Touch(m.List.File, (m.List.First, m.List.Last)));
    }
    // By project, so that one that is built stays built.
    return [.. selected.OrderBy(m => m.Test.Project, StringComparer.Ordinal)];
}

static int Summarize(IReadOnlyList<Mutation> selected, IReadOnlyDictionary<string, string> outcomes)
{
    var failed = selected.Where(m => outcomes.TryGetValue(m.Id, out var outcome) && !outcome.StartsWith(Run.Red, StringComparison.Ordinal)).ToList();
    var left = selected.Count(m => !outcomes.ContainsKey(m.Id));
    Console.WriteLine();
    foreach (var mutation in failed)
        Console.WriteLine($"{mutation.Id}: {outcomes[mutation.Id]}\n    {mutation.File}: {mutation.Find.Trim()}\n    {mutation.Test}\n    {mutation.Why}");
    Console.WriteLine($"{outcomes.Count - failed.Count} red as they should be, {failed.Count} not.");
    if (left > 0)
        Console.WriteLine($"Time is up: {left} more were not tried. tests/mutate tries all of them.");
    return failed.Count == 0 ? 0 : 1;
}

static string Root()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "AgentMesh.sln")))
            return folder.FullName;
    }
    throw new MutationException("No AgentMesh.sln above this program.");
}
