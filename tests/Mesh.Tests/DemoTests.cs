using System.Text.Json;

namespace AgentMesh.Mesh.Tests;

/// <summary>The demo as a user sees it: seven processes, real tokens, real prices.</summary>
public sealed class DemoTests(DemoFixture demo)
{
    [Fact]
    public void It_ends_with_exit_code_0_and_no_problem()
    {
        Assert.True(demo.ExitCode == 0, demo.Printed);
        Assert.Empty(demo.Report.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public void The_metrics_are_those_computed_from_the_price_file_another_way()
    {
        var expected = IndependentRisk.Of(
            Path.Combine(Repository.Root, "data", "stocks.csv"),
            new Dictionary<string, double> { ["MSFT"] = 0.30, ["AAPL"] = 0.25, ["IBM"] = 0.20, ["GOOG"] = 0.15, ["AMZN"] = 0.10 });
        var metrics = demo.Report.GetProperty("answer").GetProperty("metrics");
        Assert.Equal(expected.Observations, metrics.GetProperty("observations").GetInt32());
        Assert.Equal(expected.AnnualReturn, metrics.GetProperty("annualReturn").GetDouble(), 1e-9);
        Assert.Equal(expected.AnnualVolatility, metrics.GetProperty("annualVolatility").GetDouble(), 1e-9);
        Assert.Equal(expected.SharpeRatio, metrics.GetProperty("sharpeRatio").GetDouble(), 1e-9);
        Assert.Equal(expected.ValueAtRisk95, metrics.GetProperty("valueAtRisk95").GetDouble(), 1e-9);
        Assert.Equal(expected.MaxDrawdown, metrics.GetProperty("maxDrawdown").GetDouble(), 1e-9);
    }

    /// <summary>Literals, computed outside .NET: sample standard deviation and PERCENTILE.INC as a spreadsheet has them, over the monthly returns of the 68 months that all five symbols have.</summary>
    [Fact]
    public void The_metrics_are_those_of_a_spreadsheet()
    {
        var metrics = demo.Report.GetProperty("answer").GetProperty("metrics");
        Assert.Equal(67, metrics.GetProperty("observations").GetInt32());
        Assert.Equal(1.0478290, metrics.GetProperty("sharpeRatio").GetDouble(), 1e-6);
        Assert.Equal(0.1178472, metrics.GetProperty("valueAtRisk95").GetDouble(), 1e-6);
    }

    [Fact]
    public void A_chain_of_three_hops_carries_the_operator_as_subject_and_every_actor_on_the_way()
    {
        // operator -> advisor -> trader -> risk-analyst
        var hops = Hops().Where(hop => Text(hop, "party") == Agent("risk-analyst") && Text(hop, "caller") == Agent("trader")).ToList();
        Assert.NotEmpty(hops);
        Assert.All(hops, hop =>
        {
            Assert.Equal("mtls+token", Text(hop, "authentication"));
            Assert.Equal("risk.score", Text(hop, "scopes"));
            Assert.Equal("spiffe://agentmesh.local/operator/local", Text(hop, "subject"));
            Assert.Equal([Agent("trader"), Agent("advisor")], hop.GetProperty("actors").EnumerateArray().Select(actor => actor.GetString()));
        });
    }

    [Fact]
    public void Market_data_is_called_over_mutual_TLS_without_a_token()
    {
        var hops = Hops().Where(hop => Text(hop, "callee") == Agent("market-data")).ToList();
        Assert.NotEmpty(hops);
        Assert.All(hops, hop => Assert.Equal("mtls", Text(hop, "authentication")));
    }

    [Fact]
    public void Agents_speak_A2A_to_each_other_and_nothing_else()
    {
        var agents = new[] { "advisor", "risk-analyst", "trader", "market-data" }.Select(Agent).ToArray();
        var hops = Hops().Where(hop => agents.Contains(Text(hop, "caller")) && agents.Contains(Text(hop, "callee")) && Text(hop, "party") == Text(hop, "callee")).ToList();
        Assert.Equal(["advisor -> risk-analyst", "advisor -> trader", "risk-analyst -> market-data", "trader -> market-data", "trader -> risk-analyst"],
            hops.Select(hop => $"{Text(hop, "caller")} -> {Text(hop, "callee")}".Replace("spiffe://agentmesh.local/agent/", "", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));
        Assert.All(hops, hop => Assert.Matches("^(POST /a2a/|skill [a-z-]+)$", Text(hop, "action")));
    }

    [Fact]
    public void Every_hop_belongs_to_the_one_trace_and_was_allowed()
    {
        var trace = demo.Report.GetProperty("answer").GetProperty("traceId").GetString();
        Assert.All(Hops(), hop =>
        {
            Assert.Equal(trace, Text(hop, "traceId"));
            Assert.Equal("allow", Text(hop, "decision"));
        });
    }

    [Theory]
    [InlineData("no certificate", "advisor", "TLS")]
    [InlineData("stolen token, another key", "advisor", "401 cnf_mismatch")]
    [InlineData("stolen token, another agent", "risk-analyst", "401 token_audience")]
    [InlineData("edge not in the manifest", "risk-analyst", "invalid_target")]
    [InlineData("edge not in the manifest, over mTLS", "market-data", "403 edge_unknown")]
    public void Each_attack_is_refused_for_its_own_reason(string name, string target, string evidence)
    {
        var attack = Assert.Single(demo.Report.GetProperty("attacks").EnumerateArray(), attack => Text(attack, "name") == name);
        Assert.Equal(target, Text(attack, "target"));
        Assert.True(attack.GetProperty("refused").GetBoolean(), demo.Printed);
        Assert.Contains(evidence, Text(attack, "evidence"), StringComparison.Ordinal);
    }

    private List<JsonElement> Hops() => [.. demo.Report.GetProperty("hops").EnumerateArray()];

    private static string Agent(string name) => $"spiffe://agentmesh.local/agent/{name}";

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
