using AgentMesh.Deployment.Identity;
using AgentMesh.Deployment.Processes;

namespace AgentMesh.AppHost.Tests;

public sealed class EmbeddedMesh() : RunningMesh("embedded")
{
    protected override Task<string?> FindObstacleAsync() => Task.FromResult<string?>(null);
}

public sealed class SpireMesh() : RunningMesh("spire")
{
    protected override async Task<string?> FindObstacleAsync()
    {
        var runtime = await ContainerRuntime.FindAsync(Environment.GetEnvironmentVariable("ASPIRE_CONTAINER_RUNTIME"), TimeProvider.System, CancellationToken.None);
        var choice = IdentitySourceChoice.Decide("auto", endpoint: null, OperatingSystem.IsLinux(), runtime);
        return choice.Source == IdentitySource.Spire ? null : choice.Reason;
    }
}

// One mesh at a time: a process announces one run.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneMesh
{
    public const string Name = "one mesh at a time";
}

[Collection(OneMesh.Name)]
public sealed class EmbeddedMeshTests(EmbeddedMesh mesh) : MeshTests(mesh), IClassFixture<EmbeddedMesh>;

[Collection(OneMesh.Name)]
public sealed class SpireMeshTests(SpireMesh mesh) : MeshTests(mesh), IClassFixture<SpireMesh>;
