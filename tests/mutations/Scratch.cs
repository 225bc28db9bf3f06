using System.Diagnostics;

namespace AgentMesh.Mutations;

/// <summary>A copy of the checkout, changes that are not committed included, in which mutations are applied and taken back. The checkout itself is only read.</summary>
internal sealed class Scratch(string root, string folder)
{
    private static readonly string[] Faster =
        ["-v", "q", "--nologo", "--no-restore", "-p:TreatWarningsAsErrors=false", "-p:WarningLevel=0", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"];

    /// <summary>Makes the folder equal to the checkout; what was built in it before stays.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var listed = await CommandLine.RunAsync("git", ["-C", root, "ls-files", "-co", "--exclude-standard", "-z"], root, TimeSpan.FromMinutes(1), cancellationToken);
        var files = listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        foreach (var stale in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Except(files.Select(f => Path.Combine(folder, f))))
            File.Delete(stale);
        foreach (var file in files)
        {
            var (from, to) = (Path.Combine(root, file), Path.Combine(folder, file));
            // A file that is deleted but not yet staged is still listed.
            if (!File.Exists(from))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (!File.Exists(to) || !File.ReadAllBytes(from).AsSpan().SequenceEqual(File.ReadAllBytes(to)))
                File.Copy(from, to, overwrite: true);
        }
    }

    public async Task<string?> RestoreAsync(string project, CancellationToken cancellationToken)
    {
        var restored = await CommandLine.RunAsync("dotnet", ["restore", ProjectOf(project), "-v", "q"], folder, TimeSpan.FromMinutes(5), cancellationToken);
        return restored.ExitCode == 0 ? null : restored.Output;
    }

    /// <returns>The compiler's errors; null when it built.</returns>
    public async Task<string?> BuildAsync(string project, CancellationToken cancellationToken)
    {
        var built = await CommandLine.RunAsync("dotnet", ["build", ProjectOf(project), .. Faster], folder, TimeSpan.FromMinutes(8), cancellationToken);
        return built.ExitCode == 0 ? null : string.Join('\n', built.Output.Split('\n').Where(l => l.Contains("error", StringComparison.Ordinal)).Distinct().Take(5));
    }

    /// <summary>Runs tests of one project.</summary>
    public async Task<TestOutcome> TestAsync(string project, IReadOnlyCollection<TestName> tests, CancellationToken cancellationToken)
    {
        var assembly = Path.Combine(folder, "tests", project, "bin", "Debug", "net10.0", project + ".dll");
        string[] arguments = ["exec", assembly, .. tests.SelectMany(test => new[] { "-method", $"*.{test.Method}" }), "-noColor", "-noLogo"];
        return TestOutcome.Read(await CommandLine.RunAsync("dotnet", arguments, folder, TimeSpan.FromMinutes(tests.Count == 1 ? 3 : 10), cancellationToken));
    }

    /// <summary>Takes the defence out while <paramref name="use"/> runs.</summary>
    public async Task<T> WithAsync<T>(Mutation mutation, Func<Task<T>> use)
    {
        var path = Path.Combine(folder, mutation.File);
        var source = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, mutation.ApplyTo(source));
        try
        {
            return await use();
        }
        finally
        {
            await File.WriteAllTextAsync(path, source);
        }
    }

    private static string ProjectOf(string project) => Path.Combine("tests", project, project + ".csproj");
}

/// <summary>What a test run came to.</summary>
internal sealed record TestOutcome(int Ran, int Failed, bool Hung, string Output)
{
    public bool IsRed => Hung || Failed > 0;

    public bool IsGreen => !Hung && Ran > 0 && Failed == 0;

    public static TestOutcome Read((int ExitCode, string Output, bool Hung) run)
    {
        var summary = run.Output.Split('\n').LastOrDefault(l => l.Contains("Total: ", StringComparison.Ordinal)) ?? "";
        int Count(string name)
        {
            var at = summary.IndexOf(name + ": ", StringComparison.Ordinal);
            return at >= 0 && int.TryParse(new string([.. summary[(at + name.Length + 2)..].TakeWhile(char.IsAsciiDigit)]), out var count) ? count : 0;
        }
        return new(Count("Total") - Count("Skipped") - Count("Not Run"), Count("Failed") + Count("Errors"), run.Hung, run.Output);
    }
}

/// <summary>Runs a program to its end, or ends it.</summary>
internal static class CommandLine
{
    public static async Task<(int ExitCode, string Output, bool Hung)> RunAsync(
        string program, string[] arguments, string folder, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start) ?? throw new MutationException($"{program} cannot be started.");
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ended.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return (-1, $"It had not ended after {limit}.", true);
        }
        return (process.ExitCode, await output + await errors, false);
    }
}
