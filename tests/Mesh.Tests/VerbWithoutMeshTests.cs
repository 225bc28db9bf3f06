using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>The verbs where no mesh runs.</summary>
public sealed class VerbWithoutMeshTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public static TheoryData<string> Verbs => new(
        "", "up", "ask", "status", "approve", "deny", "revoke", "revoke agent", "revoke operator", "revoke task", "revoke token", "enable", "audit", "audit tail",
        "audit verify", "check", "attack", "rotate", "can", "reach", "lint", "manifest", "manifest kubernetes", "manifest spire");

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Each_explains_itself(string verb)
    {
        await using var help = await MeshRun.RunAsync(_sandbox, [.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.True(await help.ExitAsync() == 0, help.All);
        Assert.Contains("Description:", help.Output, StringComparison.Ordinal);
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        Assert.Equal("", help.Errors);
    }

    [Theory]
    [InlineData("ask", "anything")]
    [InlineData("ask", "@msft, how risky?")]
    [InlineData("status")]
    [InlineData("approve")]
    [InlineData("deny", "abc")]
    [InlineData("revoke", "agent", "trader")]
    [InlineData("enable", "trader")]
    [InlineData("audit", "tail")]
    [InlineData("audit", "verify")]
    [InlineData("check")]
    [InlineData("attack")]
    [InlineData("rotate", "trader")]
    public async Task Who_needs_a_mesh_says_how_to_start_one(params string[] arguments)
    {
        await using var run = await MeshRun.RunAsync(_sandbox, arguments);
        Assert.True(await run.ExitAsync() == 3, run.All);
        Assert.StartsWith("mesh: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("mesh up", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Reach_shows_what_a_compromised_party_gets_at_idle_and_with_a_task()
    {
        await using var told = await MeshRun.RunAsync(_sandbox, "reach", "advisor");
        Assert.True(await told.ExitAsync() == 0, told.All);
        Assert.Contains("advisor, idle: 1 agent in reach", told.Output, StringComparison.Ordinal);
        Assert.Contains("advisor, serving a request that carries ", told.Output, StringComparison.Ordinal);

        await using var both = await MeshRun.RunAsync(_sandbox, "reach", "advisor", "--serving", "portfolio.advise account.read");
        await using var apart = await MeshRun.RunAsync(_sandbox, "reach", "advisor", "--serving", "portfolio.advise", "account.read");
        Assert.Equal(apart.Output, both.Output);
        Assert.Contains("serving a request that carries portfolio.advise account.read: 3 agents in reach", both.Output, StringComparison.Ordinal);
        await using var misspelt = await MeshRun.RunAsync(_sandbox, "reach", "advisor", "--serving", "portfolio.advice");
        Assert.Equal(2, await misspelt.ExitAsync());
        Assert.Contains("has no scope 'portfolio.advice'", misspelt.Errors, StringComparison.Ordinal);
        await using var json = await MeshRun.RunAsync(_sandbox, "reach", "advisor", "--serving", "portfolio.advise", "--json");
        var reports = JsonSerializer.Deserialize<JsonElement>(json.Output).EnumerateArray().ToList();
        Assert.Equal(["market-data"], Agents(reports[0]));
        Assert.Equal(["market-data", "risk-analyst", "trader"], Agents(reports[1]));
    }

    [Fact]
    public async Task Lint_finds_nothing_here_and_says_what_it_finds_elsewhere()
    {
        await using var nothing = await MeshRun.RunAsync(_sandbox, "lint");
        Assert.True(await nothing.ExitAsync() == 0, nothing.All);
        await using var empty = await MeshRun.RunAsync(_sandbox, "lint", "--json");
        Assert.Equal(0, JsonSerializer.Deserialize<JsonElement>(empty.Output).GetArrayLength());

        var manifest = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "mesh.json"), TestContext.Current.CancellationToken);
        var unapproved = Write(manifest.Replace(", \"approval\": \"human\"", "", StringComparison.Ordinal));
        await using var found = await MeshRun.RunAsync(_sandbox, "lint", "--manifest", unapproved);
        Assert.True(await found.ExitAsync() == 1, found.All);
        Assert.Contains("trade.execute", found.Output, StringComparison.Ordinal);
        await using var json = await MeshRun.RunAsync(_sandbox, "lint", "--manifest", unapproved, "--json");
        Assert.Equal(1, await json.ExitAsync());
        Assert.NotEqual(0, JsonSerializer.Deserialize<JsonElement>(json.Output).GetArrayLength());

        await using var wrong = await MeshRun.RunAsync(_sandbox, "lint", "--manifest", Write("{"));
        Assert.True(await wrong.ExitAsync() == 2, wrong.All);
    }

    private static IEnumerable<string?> Agents(JsonElement report) => report.GetProperty("agents").EnumerateArray().Select(agent => agent.GetString()).Order(StringComparer.Ordinal);

    private string Write(string text)
    {
        var path = Path.Combine(_sandbox.Root, "mesh.json");
        File.WriteAllText(path, text);
        return path;
    }
}
