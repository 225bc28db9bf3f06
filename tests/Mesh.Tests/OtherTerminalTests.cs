using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>A mesh that runs in one terminal, used from another.</summary>
public sealed class OtherTerminalTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_running_mesh_is_found_asked_and_inspected()
    {
        await using var mesh = MeshRun.Start(_sandbox, "up");
        await mesh.UntilAsync("the mesh is up");

        await using var ask = await MeshRun.RunAsync(_sandbox, "ask", "How risky is this portfolio?", "--json");
        Assert.True(await ask.ExitAsync() == 0, ask.All);
        var answer = JsonSerializer.Deserialize<JsonElement>(ask.Output);
        Assert.NotEqual("", answer.GetProperty("answer").GetProperty("text").GetString());
        Assert.NotEmpty(answer.GetProperty("hops").EnumerateArray());

        await using var status = await MeshRun.RunAsync(_sandbox, "status", "--json");
        Assert.True(await status.ExitAsync() == 0, status.All);
        var parts = JsonSerializer.Deserialize<JsonElement>(status.Output).GetProperty("parts").EnumerateArray().ToList();
        Assert.Equal(
            ["advisor", "auth-server", "market-data", "registry", "risk-analyst", "trader", "workload-api"],
            parts.Select(part => part.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.All(parts, part => Assert.Equal("healthy", part.GetProperty("health").GetString()));
        Assert.All(
            parts.Where(part => part.GetProperty("name").GetString() != "workload-api"),
            part => Assert.True(part.GetProperty("allowed").GetInt32() > 0, status.Output));
    }

    [Fact]
    public async Task A_running_mesh_is_attacked_and_its_SVIDs_renewed_while_it_answers()
    {
        await using var mesh = MeshRun.Start(_sandbox, "up");
        await mesh.UntilAsync("the mesh is up");

        await using var attack = await MeshRun.RunAsync(_sandbox, "attack", "--json");
        Assert.True(await attack.ExitAsync() == 0, attack.All);
        var results = JsonSerializer.Deserialize<JsonElement>(attack.Output).EnumerateArray().ToList();
        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.True(result.GetProperty("refused").GetBoolean(), attack.Output));

        await using var rotate = await MeshRun.RunAsync(_sandbox, "rotate", "risk-analyst");
        Assert.True(await rotate.ExitAsync() == 0, rotate.All);
        await using var ask = await MeshRun.RunAsync(_sandbox, "ask", "How risky is this portfolio?", "--json");
        Assert.True(await ask.ExitAsync() == 0, ask.All);
        Assert.Empty(JsonSerializer.Deserialize<JsonElement>(ask.Output).GetProperty("answer").GetProperty("failedSteps").EnumerateArray());

        await using var nobody = await MeshRun.RunAsync(_sandbox, "rotate", "nobody");
        Assert.Equal(2, await nobody.ExitAsync());
        Assert.Contains("risk-analyst", nobody.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_running_meshes_the_named_one_is_meant_and_without_a_name_the_newest()
    {
        await using var older = MeshRun.Start(_sandbox, "up");
        await older.UntilAsync("the mesh is up");
        var directory = Assert.Single(_sandbox.LeftDirectories());
        await using var newer = MeshRun.Start(_sandbox, "up");
        await newer.UntilAsync("the mesh is up");

        Assert.Equal(directory, await RunOfAsync(directory));
        Assert.Equal(Assert.Single(_sandbox.LeftDirectories(), other => other != directory), await RunOfAsync(null));

        await older.SignalAsync("TERM");
        await older.ExitAsync();
        await using var gone = MeshRun.Start(_sandbox, Repository.Root, ["status"], ("AGENTMESH_RUN", directory));
        Assert.NotEqual(0, await gone.ExitAsync());
        Assert.Contains($"no mesh of yours runs in {directory}", gone.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_run_on_this_machine_a_mesh_is_found_by_the_settings_that_its_parts_have_too()
    {
        await using var mesh = MeshRun.Start(_sandbox, "up");
        await mesh.UntilAsync("the mesh is up");
        var run = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(
            Assert.Single(Directory.EnumerateFiles(_sandbox.Data, "*.json", SearchOption.AllDirectories), file => file.Contains("runs", StringComparison.Ordinal)), TestContext.Current.CancellationToken));
        string Text(string member) => run.GetProperty(member).GetString()!;

        using var elsewhere = new Sandbox();
        string[] question = ["ask", "How risky is this portfolio?", "--json"];
        await using var lost = MeshRun.Start(elsewhere, Repository.Root, question);
        Assert.NotEqual(0, await lost.ExitAsync());
        await using var ask = MeshRun.Start(elsewhere, Repository.Root, question,
            ("SPIFFE_ENDPOINT_SOCKET", Text("workloadApi")), ("Mesh__Issuer", Text("issuer")), ("Mesh__Manifest", Text("manifest")), ("Mesh__Name", "local"),
            ("services__advisor__https__0", run.GetProperty("agents").GetProperty("advisor").GetString()!.TrimEnd('/')));

        Assert.True(await ask.ExitAsync() == 0, ask.All);
        Assert.Empty(JsonSerializer.Deserialize<JsonElement>(ask.Output).GetProperty("answer").GetProperty("failedSteps").EnumerateArray());
    }

    private async Task<string> RunOfAsync(string? directory)
    {
        await using var status = MeshRun.Start(_sandbox, Repository.Root, ["status", "--json"], ("AGENTMESH_RUN", directory));
        Assert.True(await status.ExitAsync() == 0, status.All);
        return Path.GetDirectoryName(new Uri(JsonSerializer.Deserialize<JsonElement>(status.Output).GetProperty("workloadApi").GetString()!).LocalPath)!;
    }

    [Fact]
    public async Task A_question_that_the_agents_refuse_ends_in_one_message()
    {
        await using var mesh = MeshRun.Start(_sandbox, "up");
        await mesh.UntilAsync("the mesh is up");

        var file = Path.Combine(_sandbox.Root, "p.json");
        await File.WriteAllTextAsync(
            file,
            """{"id":"p","name":"P","currency":"USD","holdings":[{"symbol":"NOSUCH","weight":1}]}""",
            TestContext.Current.CancellationToken);
        await using var ask = await MeshRun.RunAsync(_sandbox, "ask", "How risky is this portfolio?", "--portfolio", file);
        Assert.Contains("NOSUCH", ask.All, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ask.All, StringComparison.Ordinal);
    }
}
