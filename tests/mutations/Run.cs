using System.Collections.Concurrent;
using System.Diagnostics;

namespace AgentMesh.Mutations;

/// <summary>Tries the mutations, each worker in a scratch copy of its own, and keeps what came of them.</summary>
internal sealed class Run(IReadOnlyList<Mutation> mutations, Options options, string root)
{
    private readonly ConcurrentQueue<Mutation> _left = new(mutations);
    private readonly ConcurrentDictionary<string, string> _outcomes = new(StringComparer.Ordinal);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _done;

    public const string Red = "red";

    public async Task<IReadOnlyDictionary<string, string>> ToTheEndAsync(CancellationToken cancellationToken)
    {
        var scratch = options.Scratch ?? Directory.CreateTempSubdirectory("mutate-").FullName;
        try
        {
            var workers = Math.Min(options.Jobs, mutations.Count);
            await Task.WhenAll(Enumerable.Range(1, workers).Select(n => WorkAsync(new Scratch(root, Path.Combine(scratch, $"{n}")), cancellationToken)));
        }
        finally
        {
            if (options.Scratch is null)
                Directory.Delete(scratch, recursive: true);
        }
        return _outcomes;
    }

    private async Task WorkAsync(Scratch scratch, CancellationToken cancellationToken)
    {
        await scratch.PrepareAsync(cancellationToken);
        var ready = new HashSet<string>(StringComparer.Ordinal);
        while (!IsOver() && _left.TryDequeue(out var mutation))
        {
            var begun = _clock.Elapsed;
            var outcome = await TryAsync(scratch, mutation, ready, cancellationToken);
            _outcomes[mutation.Id] = outcome;
            Say($"[{Interlocked.Increment(ref _done),3}/{mutations.Count}] {mutation.Id,-28} {outcome} ({(_clock.Elapsed - begun).TotalSeconds:0} s)");
        }
    }

    private async Task<string> TryAsync(Scratch scratch, Mutation mutation, HashSet<string> ready, CancellationToken cancellationToken)
    {
        var test = mutation.Test;
        if (ready.Add(test.Project) && await PrepareAsync(scratch, test.Project, ready, cancellationToken) is { } broken)
            return $"bad: tests/{test.Project} does not build before anything is taken out: {broken}";
        if (ready.Add(test.ToString()) && await FindRedAsync(scratch, test, cancellationToken) is { } red)
        {
            ready.Remove(test.ToString());
            return $"bad: {red}";
        }
        return await scratch.WithAsync(mutation, async () =>
        {
            if (await scratch.BuildAsync(test.Project, cancellationToken) is { } errors)
                return $"bad: it does not build: {errors}";
            var after = await scratch.TestAsync(test.Project, [test], cancellationToken);
            return after.IsRed ? after.Hung ? $"{Red} (the test hung)" : Red : after.Ran == 0 ? "bad: no test ran" : "GREEN: the defence can be deleted without a test noticing";
        });
    }

    // A test that is red anyway proves nothing. Those of a project are seen green once, together, while what they test is whole.
    private async Task<string?> PrepareAsync(Scratch scratch, string project, HashSet<string> ready, CancellationToken cancellationToken)
    {
        if ((await scratch.RestoreAsync(project, cancellationToken) ?? await scratch.BuildAsync(project, cancellationToken)) is { } broken)
            return broken;
        TestName[] tests = [.. mutations.Select(m => m.Test).Where(test => test.Project == project).Distinct()];
        if ((await scratch.TestAsync(project, tests, cancellationToken)).IsGreen)
            ready.UnionWith(tests.Select(static test => test.ToString()));
        return null;
    }

    // One was red among the others: which one, and whether it is so by itself, too.
    private static async Task<string?> FindRedAsync(Scratch scratch, TestName test, CancellationToken cancellationToken)
    {
        // What is built is still without the defence that was tried before.
        if (await scratch.BuildAsync(test.Project, cancellationToken) is { } left)
            return $"tests/{test.Project} does not build with everything in place again: {left}";
        var before = await scratch.TestAsync(test.Project, [test], cancellationToken);
        return before.IsGreen ? null
            : before.Ran == 0 && !before.Hung ? $"no such test ran: {test}" : $"the test is red though nothing is taken out: {LastLines(before.Output)}";
    }

    private bool IsOver() => options.Limit != Timeout.InfiniteTimeSpan && _clock.Elapsed > options.Limit;

    private static string LastLines(string output) => string.Join(" | ", output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.Contains("[FAIL]", StringComparison.Ordinal) || l.Contains("Assert", StringComparison.Ordinal)).Take(3));

    private static void Say(string line) => Console.Out.WriteLine(line);
}
