using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AgentMesh.Agents.Tests.Running;

[Collection(nameof(RunningMesh))]
public sealed class TraderTests(RunningMesh mesh)
{
    private static readonly object Portfolio = new { holdings = new[] { new { symbol = "AAPL", weight = 0.8 }, new { symbol = "IBM", weight = 0.2 } } };

    [Fact]
    public async Task A_rebalance_lowers_the_risk_that_risk_analyst_finds()
    {
        var order = await DraftAsync(new { action = "rebalance" });

        Assert.Equal("draft", order.GetProperty("status").GetString());
        Assert.True(Volatility(order, "after") < Volatility(order, "before"), order.ToString());
        Assert.Equal(["sell AAPL", "buy IBM"], order.GetProperty("lines").EnumerateArray().Select(l => $"{l.GetProperty("side")} {l.GetProperty("symbol")}").OrderDescending());
        Assert.Equal(1m, order.GetProperty("weights").EnumerateArray().Sum(w => w.GetProperty("weight").GetDecimal()));
        Assert.Equal(125.55m, order.GetProperty("lines").EnumerateArray().Single(l => l.GetProperty("symbol").GetString() == "IBM").GetProperty("lastPrice").GetDecimal());
    }

    [Theory]
    [InlineData("buy", "TSLA", 0.1, "no prices for TSLA")]
    [InlineData("buy", "AAPL", 0.9, "Buying 0.9 of AAPL is not possible")]
    [InlineData("sell", "MSFT", 0.1, "MSFT is not in the portfolio")]
    [InlineData("steal", "MSFT", 0.1, "$.intent.action")]
    public async Task An_intent_that_cannot_be_drafted_is_refused_with_a_reason(string action, string symbol, double weight, string why)
    {
        using var response = await mesh.Client("trader").PostAsJsonAsync("orders/draft", new { portfolio = Portfolio, intent = new { action, symbol, weight } }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Contains(why, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Placing_an_order_is_refused_for_want_of_approval_and_audited()
    {
        using var response = await mesh.Client("trader-execute").PostAsJsonAsync("orders/execute", new { intent = new { action = "buy", symbol = "IBM", weight = 0.1 } }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("approval_required", problem.GetProperty("reason").GetString());
        Assert.Contains(mesh.Journal("trader"), e => e.GetProperty("action").GetString() == "place order" && e.GetProperty("decision").GetString() == "deny" && e.GetProperty("reason").GetString() == "approval_required");
    }

    [Fact]
    public async Task A_draft_needs_another_scope_than_an_order()
    {
        using var draft = await mesh.Client("trader-execute").PostAsJsonAsync("orders/draft", new { portfolio = Portfolio, intent = new { action = "rebalance" } }, TestContext.Current.CancellationToken);
        using var execute = await mesh.Client("trader").PostAsJsonAsync("orders/execute", new { }, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (draft.StatusCode, execute.StatusCode));
        Assert.Contains("insufficient_scope", $"{draft.Headers.WwwAuthenticate}", StringComparison.Ordinal);
        Assert.Contains("insufficient_scope", $"{execute.Headers.WwwAuthenticate}", StringComparison.Ordinal);
    }

    private async Task<JsonElement> DraftAsync(object intent)
    {
        using var response = await mesh.Client("trader").PostAsJsonAsync("orders/draft", new { portfolio = Portfolio, intent }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static double Volatility(JsonElement order, string when) => order.GetProperty(when).GetProperty("annualVolatility").GetDouble();
}
