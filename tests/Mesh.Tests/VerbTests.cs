using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>The verbs that look at a running mesh and change it, each in words and as JSON, with its exit codes.</summary>
public sealed class VerbTests(RunningMeshFixture mesh) : IClassFixture<RunningMeshFixture>
{
    [Fact]
    public void What_the_agents_report_is_shown_before_the_answer()
    {
        var lines = mesh.Printed.Split('\n').ToList();
        var answer = lines.FindIndex(line => line.StartsWith("answer of advisor", StringComparison.Ordinal));
        foreach (var progress in (string[])["  … get_risk, by risk-analyst", "  … risk-analyst: reading the prices of 5 holdings", "  … trader: risk-analyst: reading the prices of 5 holdings"])
            Assert.InRange(lines.IndexOf(progress), 0, answer - 1);
    }

    [Fact]
    public async Task What_waits_is_listed_approved_once_and_executed()
    {
        await using (var nothing = await mesh.RunAsync(0, "approve"))
            Assert.Contains("nothing waits for a decision", nothing.Output, StringComparison.Ordinal);
        await using var ask = MeshRun.Start(mesh.Sandbox, "ask", "Buy 10 MSFT for port-abc");

        await using var listed = await mesh.RunAsync(0, "approve", "--wait", "30");
        Assert.Contains("trader will buy 10 MSFT for the account port-abc", listed.Output, StringComparison.Ordinal);
        Assert.Contains("\"Buy 10 MSFT at 28.80 USD for port-abc\"", listed.Output, StringComparison.Ordinal);
        var id = await WaitingAsync();
        await using var approved = await mesh.RunAsync(0, "approve", id[..6]);
        Assert.StartsWith("approved: advisor asks, for operator/local: trader will buy 10 MSFT for the account port-abc", approved.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Buy 10 MSFT at", approved.Output, StringComparison.Ordinal);

        Assert.True(await ask.ExitAsync() == 0, ask.All);
        Assert.Contains("An order executed: ledger transaction tx-", ask.Output, StringComparison.Ordinal);
        await using var again = await mesh.RunAsync(1, "approve", id);
        Assert.Contains("decided already", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_is_denied_and_nothing_is_bought()
    {
        await using var ask = MeshRun.Start(mesh.Sandbox, "ask", "Buy 7 IBM for port-abc", "--json");
        await using var none = await mesh.RunAsync(0, "deny", "--wait", "30", "--json");
        var id = Assert.Single(Json(none).EnumerateArray()).GetProperty("id").GetString()!;

        await using var unset = await mesh.RunAsync(2, "approve", "");
        Assert.Contains("too short", unset.Errors, StringComparison.Ordinal);

        await using var denied = await mesh.RunAsync(0, "deny", id, "--json");

        Assert.Equal(("deny", "spiffe://agentmesh.local/operator/local"), (Text(Json(denied), "decision"), Text(Json(denied), "by")));
        Assert.True(await ask.ExitAsync() == 0, ask.All);
        Assert.Equal("denied", Text(Json(ask).GetProperty("answer").GetProperty("purchase"), "status"));
        await using var again = await mesh.RunAsync(1, "deny", id, "--json");
        Assert.Equal("", again.Output);
    }

    [Fact]
    public async Task An_agent_is_revoked_shown_as_revoked_and_enabled()
    {
        try
        {
            await using var revoked = await mesh.RunAsync(0, "revoke", "agent", "trader", "--reason", "a test");
            Assert.Equal("agent trader: revoked", revoked.Output.Trim());
            Assert.True((await StatusAsync("trader")).GetProperty("disabled").GetBoolean());
        }
        finally
        {
            await using var enabled = await mesh.RunAsync(0, "enable", "trader", "--json");
            Assert.Equal(("agent", "trader", "enabled"), (Text(Json(enabled), "kind"), Text(Json(enabled), "name"), Text(Json(enabled), "outcome")));
        }
        var trader = await StatusAsync("trader");
        Assert.False(trader.GetProperty("disabled").GetBoolean());
        while (Text(trader, "health") != "healthy")
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            trader = await StatusAsync("trader");
        }
    }

    [Theory]
    [InlineData("task", "dGhlIHR4biBvZiBub2JvZHk")]
    [InlineData("token", "dGhlIGp0aSBvZiBub2JvZHk")]
    public async Task A_task_and_a_token_are_revoked_by_their_names(string what, string name)
    {
        await using var told = await mesh.RunAsync(0, "revoke", what, name);
        Assert.Equal($"{what} {name}: revoked", told.Output.Trim());
        await using var json = await mesh.RunAsync(0, "revoke", what, name, "--json");
        Assert.Equal((what, "revoked"), (Text(Json(json), "kind"), Text(Json(json), "outcome")));
    }

    [Theory]
    [InlineData("revoke", "agent", "nobody")]
    [InlineData("revoke", "operator", "trader")]
    [InlineData("enable", "nobody")]
    [InlineData("reach", "nobody")]
    [InlineData("rotate", "nobody")]
    [InlineData("rotate")]
    [InlineData("rotate", "trader", "--authority", "x509")]
    [InlineData("rotate", "--authority", "pgp")]
    [InlineData("ask", "--context", "not an id", "anything")]
    [InlineData("audit", "verify", "/no/such/file.jsonl")]
    [InlineData("audit", "tail", "--limit", "many")]
    [InlineData("revoke", "agent")]
    [InlineData("frobnicate")]
    public async Task What_cannot_be_meant_is_bad_input(params string[] arguments)
    {
        await using var run = await mesh.RunAsync(2, arguments);
        Assert.StartsWith("mesh: ", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task The_ledger_is_read_newest_last_and_filtered()
    {
        await using var told = await mesh.RunAsync(0, "audit", "tail", "--limit", "5");
        Assert.Equal(6, told.Output.Trim().Split('\n').Length);
        Assert.StartsWith("time ", told.Output, StringComparison.Ordinal);

        await using var denied = await mesh.RunAsync(0, "audit", "tail", "--denied", "--json", "--limit", "500");
        var records = Json(denied).EnumerateArray().Select(item => item.GetProperty("record")).ToList();
        Assert.All(records, record => Assert.Equal("deny", Text(record, "decision")));
        // The attacks of the demo.
        Assert.Contains(records, record => Text(record, "reason") == "cnf_mismatch");

        await using var analyst = await mesh.RunAsync(0, "audit", "tail", "--agent", "risk-analyst", "--json");
        Assert.All(Json(analyst).EnumerateArray().Select(item => item.GetProperty("record").ToString()), record => Assert.Contains("/agent/risk-analyst", record, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_journals_fit_the_ledger()
    {
        await using var told = await mesh.RunAsync(0, "audit", "verify");
        Assert.DoesNotContain("record ", told.Output, StringComparison.Ordinal);
        Assert.Contains("trader.jsonl", told.Output, StringComparison.Ordinal);

        await using var json = await mesh.RunAsync(0, "audit", "verify", "--json");
        Assert.Equal(7, Json(json).GetArrayLength());
        Assert.All(Json(json).EnumerateArray(), check => Assert.True(check.GetProperty("records").GetInt64() > 0 && !check.TryGetProperty("fault", out _), json.Output));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_journal_that_was_tampered_with_is_named_at_its_first_bad_record(bool offline)
    {
        var copy = Path.Combine(mesh.Sandbox.Root, $"copy-{offline}.jsonl");
        var lines = await File.ReadAllLinesAsync(Path.Combine(mesh.Audit, "risk-analyst.jsonl"), TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(copy, lines, TestContext.Current.CancellationToken);
        string[] verify = ["audit", "verify", copy, .. offline ? ["--offline"] : Array.Empty<string>()];
        await using (var intact = await mesh.RunAsync(0, verify))
            Assert.Contains("intact", intact.Output, StringComparison.Ordinal);

        lines[2] = lines[2].Replace("\"decision\":\"allow\"", "\"decision\":\"deny\"", StringComparison.Ordinal);
        await File.WriteAllLinesAsync(copy, lines, TestContext.Current.CancellationToken);

        await using var told = await mesh.RunAsync(1, verify);
        Assert.Contains("record 3: ", told.Output, StringComparison.Ordinal);
        await using var json = await mesh.RunAsync(1, [.. verify, "--json"]);
        Assert.Equal(3, Assert.Single(Json(json).EnumerateArray()).GetProperty("fault").GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task Every_box_of_the_checklist_is_green()
    {
        await using var told = await mesh.RunAsync(0, "check", "--strict", "--evidence");
        Assert.EndsWith("11 of 11 boxes are green", told.Output.TrimEnd(), StringComparison.Ordinal);
        await using var json = await mesh.RunAsync(0, "check", "--json");
        Assert.All(Json(json).EnumerateArray(), box => Assert.Equal("green", Text(box, "level")));
    }

    [Fact]
    public async Task A_conversation_goes_on_in_another_call_with_what_it_was_about()
    {
        var file = Path.Combine(mesh.Sandbox.Root, "one.json");
        await File.WriteAllTextAsync(file, """{"id":"one","name":"One","currency":"USD","holdings":[{"symbol":"IBM","weight":1}]}""", TestContext.Current.CancellationToken);
        await using var first = await mesh.RunAsync(0, "ask", "How risky is it?", "--portfolio", file, "--json");
        var context = Text(Json(first), "contextId")!;

        await using var second = await mesh.RunAsync(0, "ask", "How did the prices change?", "--context", context);

        Assert.Contains("IBM", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("MSFT", second.Output, StringComparison.Ordinal);
        Assert.Contains($"mesh ask --context {context}", second.Output, StringComparison.Ordinal);
        await using var other = await mesh.RunAsync(0, "ask", "How did the prices change?");
        Assert.Contains("MSFT", other.Output, StringComparison.Ordinal);
    }

    private async Task<string> WaitingAsync()
    {
        await using var waiting = await mesh.RunAsync(0, "approve", "--json");
        return Text(Assert.Single(Json(waiting).EnumerateArray()), "id")!;
    }

    /// <summary>Exit code 0 or 1: a part that lacks its SVID is not healthy.</summary>
    private async Task<JsonElement> StatusAsync(string part)
    {
        await using var status = await MeshRun.RunAsync(mesh.Sandbox, "status", "--json");
        return Assert.Single(Json(status).GetProperty("parts").EnumerateArray(), each => Text(each, "name") == part);
    }

    private static JsonElement Json(MeshRun run) => JsonSerializer.Deserialize<JsonElement>(run.Output);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
