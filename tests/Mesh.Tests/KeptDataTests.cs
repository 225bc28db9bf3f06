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
}
