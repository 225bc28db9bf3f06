using System.Text.Json;
using AgentMesh.Mesh.Tests;

[assembly: AssemblyFixture(typeof(DemoFixture))]

namespace AgentMesh.Mesh.Tests;

/// <summary>One run of the whole demo, as processes, that several tests look at: its report, and everything that it wrote.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    private Sandbox? _sandbox;

    /// <summary>What <c>--json</c> printed.</summary>
    public JsonElement Report { get; private set; }

    public int ExitCode { get; private set; }

    /// <summary>Standard output and standard error.</summary>
    public string Printed { get; private set; } = "";

    /// <summary>The run directory, kept.</summary>
    public string Directory { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _sandbox = new Sandbox();
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--json", "--keep", "--log-level", "Debug");
        ExitCode = await run.ExitAsync();
        Printed = run.All;
        Directory = Assert.Single(_sandbox.LeftDirectories());
        Assert.True(run.Output.StartsWith('{'), run.All);
        Report = JsonSerializer.Deserialize<JsonElement>(run.Output);
    }

    public ValueTask DisposeAsync()
    {
        _sandbox?.Dispose();
        return ValueTask.CompletedTask;
    }
}
