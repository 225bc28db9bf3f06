namespace AgentMesh.Mesh.Tests;

/// <summary>However the mesh ends, nothing of it stays: no process, no socket, no file.</summary>
public sealed class LifetimeTests : IDisposable
{
    private const string IsUp = "the mesh is up";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_it_with_exit_code_0_and_nothing_left(string signal)
    {
        await using var run = MeshRun.Start(_sandbox, "up");
        await run.UntilAsync(IsUp);
        Assert.NotEmpty(_sandbox.LeftFiles());
        await run.SignalAsync(signal);
        Assert.True(await run.ExitAsync() == 0, run.All);
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task A_signal_while_it_starts_leaves_nothing()
    {
        await using var run = MeshRun.Start(_sandbox, "up");
        await run.UntilAsync("workload-api");
        await run.SignalAsync("INT");
        Assert.True(await run.ExitAsync() == 130, run.All);
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task Two_signals_end_it_at_once_and_leave_nothing()
    {
        await using var run = MeshRun.Start(_sandbox, "up");
        await run.UntilAsync(IsUp);
        await run.SignalAsync("INT");
        await run.SignalAsync("INT");
        // The second may come when the orderly end is over already.
        Assert.True(await run.ExitAsync() is 0 or 130, run.All);
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task The_crash_of_a_child_ends_the_mesh_and_names_the_child()
    {
        await using var run = MeshRun.Start(_sandbox, "up");
        await run.UntilAsync(IsUp);
        await MeshRun.SignalAsync(ProcessOf("Trader"), "KILL");
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.Contains("trader ended", run.Errors, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task A_killed_mesh_takes_its_children_with_it_and_the_next_one_removes_its_files()
    {
        await using (var killed = MeshRun.Start(_sandbox, "up"))
        {
            await killed.UntilAsync(IsUp);
            Assert.NotEmpty(_sandbox.LeftProcesses());
            await killed.SignalAsync("KILL");
            await killed.ExitAsync();
            await ExpectNoProcessLeftAsync();
        }

        await using var next = await MeshRun.RunAsync(_sandbox, "up", "--once");
        Assert.True(await next.ExitAsync() == 0, next.All);
        await ExpectNothingLeftAsync();
    }

    private async Task ExpectNothingLeftAsync()
    {
        await ExpectNoProcessLeftAsync();
        Assert.Empty(_sandbox.LeftFiles());
    }

    /// <summary>A process that was told to end needs a moment; the limit only bounds one that does not.</summary>
    private async Task ExpectNoProcessLeftAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (_sandbox.LeftProcesses() is { Count: > 0 } left)
        {
            Assert.False(limit.IsCancellationRequested, string.Join('\n', left));
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private int ProcessOf(string executable) => int.Parse(
        Assert.Single(_sandbox.LeftProcesses(), process => process.TrimEnd().EndsWith("/" + executable, StringComparison.Ordinal)).Split(' ')[0],
        System.Globalization.CultureInfo.InvariantCulture);
}
