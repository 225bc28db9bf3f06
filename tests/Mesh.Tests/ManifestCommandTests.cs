namespace AgentMesh.Mesh.Tests;

/// <summary><c>mesh manifest</c> writes what the manifest says, and says when what is there is something else.</summary>
public sealed class ManifestCommandTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("kubernetes", "base/workloads.yaml")]
    [InlineData("spire", "entries.json")]
    public async Task What_was_written_is_not_stale_until_somebody_changes_it(string verb, string file)
    {
        var folder = Path.Combine(_sandbox.Root, "out");
        await using var missing = await MeshRun.RunAsync(_sandbox, "manifest", verb, "--output", folder, "--check");
        Assert.Equal(1, await missing.ExitAsync());

        await using var written = await MeshRun.RunAsync(_sandbox, "manifest", verb, "--output", folder);
        Assert.True(await written.ExitAsync() == 0, written.All);
        await using var same = await MeshRun.RunAsync(_sandbox, "manifest", verb, "--output", folder, "--check");
        Assert.True(await same.ExitAsync() == 0, same.All);

        await File.AppendAllTextAsync(Path.Combine(folder, file), "\n", TestContext.Current.CancellationToken);
        await using var changed = await MeshRun.RunAsync(_sandbox, "manifest", verb, "--output", folder, "--check");
        Assert.Equal(1, await changed.ExitAsync());
        Assert.Contains(file, changed.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_images_are_is_said_on_the_command_line()
    {
        await using var printed = await MeshRun.RunAsync(_sandbox, "manifest", "kubernetes", "--output", "-", "--image-prefix", "registry.example/team/", "--image-tag", "1.4.0");
        Assert.True(await printed.ExitAsync() == 0, printed.All);
        Assert.Contains("image: registry.example/team/advisor:1.4.0\n", printed.Output, StringComparison.Ordinal);
    }
}
