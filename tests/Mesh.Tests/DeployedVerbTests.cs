namespace AgentMesh.Mesh.Tests;

/// <summary>The verbs in a pod of a deployed mesh: the environment says where the authorization server and one agent are.</summary>
public sealed class DeployedVerbTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("status")]
    [InlineData("status", "--json")]
    [InlineData("check")]
    [InlineData("attack")]
    [InlineData("audit", "verify")]
    [InlineData("audit", "verify", "--offline")]
    public async Task What_reads_a_run_of_this_machine_says_that_there_is_none(params string[] arguments)
    {
        await using var run = Start(arguments);
        Assert.True(await run.ExitAsync() == 2, run.All);
        Assert.Contains("part of a deployed mesh", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("ask", "anything")]
    [InlineData("approve")]
    [InlineData("audit", "tail")]
    public async Task What_asks_the_mesh_itself_goes_to_where_the_environment_says(params string[] arguments)
    {
        await using var run = Start(arguments);
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.Contains($"{_sandbox.Root}/none.sock", run.Errors, StringComparison.Ordinal);
    }

    private MeshRun Start(string[] arguments) => MeshRun.Start(_sandbox, Repository.Root, arguments,
        ("SPIFFE_ENDPOINT_SOCKET", $"unix://{_sandbox.Root}/none.sock"), ("Mesh__Issuer", "https://auth-server:8443/"),
        ("Mesh__Manifest", Path.Combine(Repository.Root, "mesh.json")), ("Mesh__Name", "local"), ("services__advisor__https__0", "https://advisor:8443"));
}
