using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>What the demo shows of an agent that is disabled while it waits for a person.</summary>
public sealed class DisabledAgentTests(DemoFixture demo)
{
    [Fact]
    public void It_is_refused_everywhere_and_answers_again_once_it_is_enabled()
    {
        Assert.Equal("advisor", Disabled.GetProperty("agent").GetString());
        Assert.Equal(
            ["service/auth-server", "market-data", "risk-analyst", "trader", "service/auth-server", "service/workload-api", "advisor"],
            Steps.Select(step => Text(step, "at")));
        Assert.All(Steps, step => Assert.True(step.GetProperty("asExpected").GetBoolean(), step.ToString()));
    }

    [Theory]
    [InlineData("service/auth-server", "token-exchange deny client_disabled")]
    [InlineData("risk-analyst", "POST /a2a/ deny agent_revoked")]
    [InlineData("trader", "POST /a2a/ deny agent_revoked")]
    [InlineData("market-data", "POST /a2a/ deny agent_revoked")]
    public void Each_refuses_it_for_the_reason_that_its_journal_has(string at, string evidence) =>
        Assert.StartsWith(evidence, Text(Steps.First(step => Text(step, "at") == at), "evidence"), StringComparison.Ordinal);

    [Fact]
    public void What_it_waited_for_gives_no_token_although_a_person_approves_it()
    {
        var evidence = Text(Steps.Last(step => Text(step, "at") == "service/auth-server"), "evidence");

        Assert.Contains("approved-token deny ", evidence, StringComparison.Ordinal);
        Assert.EndsWith("nothing was bought", evidence, StringComparison.Ordinal);
    }

    /// <summary>The journals themselves, whatever the demo says about them: between the two changes nothing of the agent's was allowed.</summary>
    [Fact]
    public void Nobody_let_it_in_between()
    {
        var records = Directory.EnumerateFiles(Path.Combine(demo.Directory, "audit"), "*.jsonl").SelectMany(File.ReadLines)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        var disabled = Time(Assert.Single(records, record => Text(record, "action") == "disable-party"));
        var enabled = Time(Assert.Single(records, record => Text(record, "action") == "enable-party"));
        // An agent hears of it some milliseconds later, which its own record has the time of.
        var heard = records.Where(record => Text(record, "kind") == "revocation" && Text(record, "decision") == "deny").ToDictionary(record => Text(record, "party")!, Time);
        // What it tried is on its own record too; what counts is what others decided.
        var between = records.Where(record => Text(record, "kind") == "decision" && Text(record, "caller") == Advisor && heard.TryGetValue(Text(record, "party")!, out var since) && Time(record) > since && Time(record) < enabled).ToList();

        Assert.True(between.Count >= 3, $"{between.Count} records");
        Assert.All(between, record => Assert.Equal(("deny", "agent_revoked"), (Text(record, "decision"), Text(record, "reason"))));
        Assert.DoesNotContain(records, record => Text(record, "action") == "token-exchange" && Text(record, "decision") == "allow"
            && Text(record, "caller") == Advisor && Time(record) > disabled && Time(record) < enabled);
    }

    private const string Advisor = "spiffe://agentmesh.local/agent/advisor";

    private JsonElement Disabled => demo.Report.GetProperty("disabled");

    private List<JsonElement> Steps => [.. Disabled.GetProperty("steps").EnumerateArray()];

    private static DateTimeOffset Time(JsonElement record) => record.GetProperty("time").GetDateTimeOffset();

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
