using System.Collections.Concurrent;
using System.Diagnostics;

namespace AgentMesh.Mesh.Tests;

/// <summary>One run of the <c>mesh</c> executable as a process of its own.</summary>
internal sealed class MeshRun : IAsyncDisposable
{
    /// <summary>Only bounds a run that hangs; a good one ends by itself.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _written = new(0);

    private MeshRun(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Add(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Add(_errors, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <summary>Both streams, for a test's failure message.</summary>
    public string All => $"standard output:\n{Output}\nstandard error:\n{Errors}";

    public static MeshRun Start(Sandbox sandbox, params string[] arguments) => Start(sandbox, Repository.Root, arguments);

    public static MeshRun Start(Sandbox sandbox, string root, string[] arguments, params (string Name, string? Value)[] environment) =>
        Start(sandbox, root, arguments, Repository.MeshIn(root), environment);

    private static MeshRun Start(Sandbox sandbox, string root, string[] arguments, string program, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in sandbox.Environment.Select(pair => (pair.Key, pair.Value)).Concat(environment))
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return new MeshRun(new Process { StartInfo = start });
    }

    /// <summary>Runs in a terminal of its own, where what is written to it is typed; util-linux makes the terminal.</summary>
    public static MeshRun StartOnTerminal(Sandbox sandbox, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Terminal), $"{Terminal} is needed for a terminal.");
        var command = $"stty cols 240; exec '{Repository.MeshIn(Repository.Root)}' {string.Join(' ', arguments)}";
        return Start(sandbox, Repository.Root, ["-qfec", command, "/dev/null"], Terminal, ("TERM", "dumb"), ("SHELL", "/bin/sh"));
    }

    private const string Terminal = "/usr/bin/script";

    /// <summary>Types a line.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<MeshRun> RunAsync(Sandbox sandbox, params string[] arguments)
    {
        var run = Start(sandbox, arguments);
        await run.ExitAsync();
        return run;
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>Waits until standard output holds <paramref name="text"/>.</summary>
    public async Task UntilAsync(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"mesh ended before it wrote '{text}'. {All}");
            await _written.WaitAsync(limit.Token);
        }
    }

    /// <param name="signal">As <c>kill</c> names it: INT, TERM, HUP, KILL.</param>
    public Task SignalAsync(string signal) => SignalAsync(_process.Id, signal);

    public static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _written.Dispose();
    }

    private void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
        {
            // The stream's end wakes a waiter too, so that it sees that the process is gone.
            _written.Release();
            return;
        }

        lines.Enqueue(line);
        _written.Release();
    }
}
