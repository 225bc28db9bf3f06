namespace AgentMesh.Mesh.Tests;

/// <summary><c>mesh up --data</c>: what is stored outlives the run.</summary>
public sealed class KeptDataTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_purchase_survives_the_end_of_the_mesh()
    {
        var data = Path.Combine(_sandbox.Root, "kept");
        await using (var first = await MeshRun.RunAsync(_sandbox, "up", "--once", "--data", data))
            Assert.True(await first.ExitAsync() == 0, first.All);
        Assert.Empty(_sandbox.LeftFiles());
        if (!OperatingSystem.IsWindows())
        {
            foreach (var folder in Directory.GetDirectories(data))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }

        await using var second = MeshRun.Start(_sandbox, "up", "--data", data);
        await second.UntilAsync("the mesh is up");
        await using var ask = await MeshRun.RunAsync(_sandbox, "ask", "How much cash is there?");
        Assert.Contains("cash 99712,", ask.Output, StringComparison.Ordinal);
        await using var verify = await MeshRun.RunAsync(_sandbox, "audit", "verify");
        Assert.True(await verify.ExitAsync() == 0, verify.All);

        await using var other = await MeshRun.RunAsync(_sandbox, "up", "--once", "--data", data);
        Assert.True(await other.ExitAsync() == 2, other.All);
        Assert.Contains("Another mesh may be using it", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_whose_agent_was_disabled_when_it_ended_starts_again_and_lets_it_be_enabled()
    {
        var data = Path.Combine(_sandbox.Root, "kept");
        await using (var first = MeshRun.Start(_sandbox, "up", "--data", data))
        {
            await first.UntilAsync("the mesh is up");
            await using var revoke = await MeshRun.RunAsync(_sandbox, "revoke", "agent", "advisor");
            Assert.True(await revoke.ExitAsync() == 0, revoke.All);
            await first.SignalAsync("INT");
            Assert.True(await first.ExitAsync() == 0, first.All);
        }

        await using (var once = await MeshRun.RunAsync(_sandbox, "up", "--once", "--data", data))
        {
            Assert.True(await once.ExitAsync() == 1, once.All);
            Assert.Contains("advisor is disabled", once.Errors, StringComparison.Ordinal);
        }

        await using var second = MeshRun.Start(_sandbox, "up", "--data", data);
        await second.UntilAsync("advisor is disabled and cannot be asked");
        Assert.Matches("advisor +disabled by an operator", second.Output);
        await using (var ask = await MeshRun.RunAsync(_sandbox, "ask", "How much cash is there?"))
            Assert.NotEqual(0, await ask.ExitAsync());
        await using (var enable = await MeshRun.RunAsync(_sandbox, "enable", "advisor"))
            Assert.True(await enable.ExitAsync() == 0, enable.All);
        Assert.True(await AnswersAsync(), second.All);
    }

    private async Task<bool> AnswersAsync()
    {
        // It is given an SVID, registers, and is heard of: each within seconds.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (!patience.IsCancellationRequested)
        {
            await using var ask = await MeshRun.RunAsync(_sandbox, "ask", "How much cash is there?");
            if (await ask.ExitAsync() == 0)
                return true;
        }
        return false;
    }
}
