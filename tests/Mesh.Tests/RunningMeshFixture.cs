namespace AgentMesh.Mesh.Tests;

/// <summary>A mesh that is up, for tests that use it from another terminal.</summary>
public sealed class RunningMeshFixture : IAsyncLifetime
{
    private MeshRun? _up;

    internal Sandbox Sandbox { get; } = new();

    /// <summary>What <c>mesh up</c> has printed.</summary>
    public string Printed => _up!.Output;

    public string Audit => Path.Combine(Assert.Single(Sandbox.LeftDirectories()), "audit");

    public async ValueTask InitializeAsync()
    {
        _up = MeshRun.Start(Sandbox, "up");
        await _up.UntilAsync("the mesh is up");
    }

    public async ValueTask DisposeAsync()
    {
        if (_up is not null)
        {
            await _up.SignalAsync("INT");
            await _up.ExitAsync();
            await _up.DisposeAsync();
        }
        Sandbox.Dispose();
    }

    /// <summary>Runs a verb to its end, and holds it to its exit code.</summary>
    internal async Task<MeshRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await MeshRun.RunAsync(Sandbox, arguments);
        Assert.True(await run.ExitAsync() == exitCode, $"mesh {string.Join(' ', arguments)}: {run.All}");
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        return run;
    }
}
