using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

public sealed class CanTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(0, "local", "advisor", "portfolio.advise")]
    [InlineData(1, "local", "trader", "trade.propose")]
    [InlineData(1, "advisor", "trader", "trade.propose")]
    [InlineData(0, "advisor", "trader", "trade.propose", "--serving", "portfolio.advise")]
    [InlineData(1, "advisor", "trader", "account.read", "--serving", "portfolio.advise")]
    [InlineData(0, "advisor", "trader", "account.read", "--serving", "portfolio.advise account.read")]
    [InlineData(1, "advisor", "trader", "trade.execute", "--serving", "portfolio.advise")]
    public async Task The_exit_code_says_whether_the_manifest_allows_it(int exitCode, params string[] question)
    {
        await using var run = await MeshRun.RunAsync(_sandbox, ["can", .. question]);
        Assert.True(await run.ExitAsync() == exitCode, run.All);
        Assert.StartsWith(exitCode == 0 ? "yes: " : "no: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_names_the_outcome_and_the_scope_that_decided()
    {
        await using var run = await MeshRun.RunAsync(_sandbox, "can", "advisor", "trader", "trade.execute", "--serving", "portfolio.advise", "--json");
        var answer = JsonSerializer.Deserialize<JsonElement>(run.Output);
        Assert.False(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal("approvalRequired", answer.GetProperty("outcome").GetString());
        Assert.Equal("trade.execute", answer.GetProperty("scope").GetString());
    }
}
