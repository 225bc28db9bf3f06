using AgentMesh.Testing;

namespace AgentMesh.Mesh.Tests;

/// <summary>A part that cannot do its work: the user hears which, and why, in its own words.</summary>
public sealed class PartFailureTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_missing_price_file_is_named_by_the_agent_that_needs_it()
    {
        await using var run = MeshRun.Start(_sandbox, Repository.Root, ["up", "--once"], ("MarketData__Directory", "/nowhere"));
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.Contains("market-data ended with exit code 1", run.Errors, StringComparison.Ordinal);
        Assert.Contains("/nowhere/", run.Errors, StringComparison.Ordinal);
        ExpectOneMessage(run);
    }

    [Fact]
    public async Task A_model_that_is_misconfigured_is_named_before_anybody_is_asked()
    {
        await using var run = MeshRun.Start(_sandbox, Repository.Root, ["up", "--once", "--model", "gpt-5"]);
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.Contains("Mesh:Model is 'gpt-5'", run.Errors, StringComparison.Ordinal);
        ExpectOneMessage(run);
    }

    [Fact]
    public async Task A_model_endpoint_that_does_not_answer_ends_in_one_message()
    {
        await using var run = MeshRun.Start(
            _sandbox,
            Repository.Root,
            ["up", "--once", "--model", "openai:any"],
            ("OpenAI__Endpoint", $"http://127.0.0.1:{FreePort.Take()}/v1"));
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.Contains("advisor answers model_failed: ", run.Errors, StringComparison.Ordinal);
        ExpectOneMessage(run);
    }

    [Fact]
    public async Task An_answer_that_lacks_what_a_tool_was_asked_for_is_no_success()
    {
        var portfolio = Path.Combine(_sandbox.Temporary, "unknown.json");
        await File.WriteAllTextAsync(
            portfolio,
            """{ "id": "unknown", "name": "Unknown", "currency": "USD", "holdings": [{ "symbol": "TSLA", "weight": 1 }] }""",
            TestContext.Current.CancellationToken);

        await using var run = MeshRun.Start(_sandbox, Repository.Root, ["up", "--once", "--portfolio", portfolio]);

        Assert.True(await run.ExitAsync() == 1, run.All);
        Assert.Contains("the answer lacks what a tool was asked for, get_risk: ", run.All, StringComparison.Ordinal);
        Assert.Contains("TSLA", run.All, StringComparison.Ordinal);
    }

    private void ExpectOneMessage(MeshRun run)
    {
        Assert.StartsWith("mesh: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_sandbox.LeftFiles());
        Assert.Empty(_sandbox.LeftProcesses());
    }

}
