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
    public async Task Each_endpoint_needs_its_own_scope()
    {
        var (proposing, reading) = (mesh.Client("trader"), mesh.Client("account"));
        using var draft = await reading.PostAsJsonAsync("orders/draft", new { portfolio = Portfolio, intent = new { action = "rebalance" } }, TestContext.Current.CancellationToken);
        using var propose = await reading.PostAsJsonAsync("orders/propose", new { }, TestContext.Current.CancellationToken);
        using var execute = await proposing.PostAsJsonAsync("orders/execute", new { }, TestContext.Current.CancellationToken);
        using var read = await proposing.GetAsync("accounts/port-abc", TestContext.Current.CancellationToken);

        Assert.All([draft, propose, execute, read], response =>
        {
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Contains("insufficient_scope", $"{response.Headers.WwwAuthenticate}", StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("port-abc", "buy", "MSFT", 1_000_000, null, HttpStatusCode.Conflict, "insufficient_cash")]
    [InlineData("port-abc", "sell", "AMZN", 1, null, HttpStatusCode.Conflict, "insufficient_position")]
    [InlineData("port-xyz", "buy", "MSFT", 1, null, HttpStatusCode.UnprocessableEntity, "account_unknown")]
    [InlineData("port-abc", "buy", "MSFT", 0, null, HttpStatusCode.UnprocessableEntity, "order_invalid")]
    [InlineData("port-abc", "buy", "MSFT", -5, null, HttpStatusCode.UnprocessableEntity, "order_invalid")]
    [InlineData("port-abc", "buy", "MSFT", 1, 0.00001, HttpStatusCode.UnprocessableEntity, "order_invalid")]
    [InlineData("port-abc", "buy", "'; DROP TABLE entry; --", 1, null, HttpStatusCode.UnprocessableEntity, "order_invalid")]
    [InlineData("port-abc", "buy", "TSLA", 1, null, HttpStatusCode.BadRequest, "not_found")]
    public async Task What_cannot_be_placed_is_not_proposed(string account, string side, string symbol, long quantity, double? limitPrice, HttpStatusCode status, string reason)
    {
        using var response = await mesh.Client("trader").PostAsJsonAsync("orders/propose", new { account, side, symbol, quantity, limitPrice }, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(reason, (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_proposal_is_an_order_with_the_words_in_which_it_is_approved()
    {
        using var response = await mesh.Client("trader").PostAsJsonAsync("orders/propose", new { account = "port-abc", side = "buy", symbol = "msft", quantity = 10 }, TestContext.Current.CancellationToken);

        var proposal = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var order = proposal.GetProperty("order");
        Assert.Equal(288.0m, proposal.GetProperty("estimatedTotal").GetDecimal());
        Assert.Equal("Buy 10 MSFT at 28.80 USD for port-abc", proposal.GetProperty("summary").GetString());
        var detail = Assert.Single(proposal.GetProperty("authorizationDetails").EnumerateArray());
        Assert.Equal("urn:agentmesh:order", detail.GetProperty("type").GetString());
        Assert.Equal("spiffe://agentmesh.local/agent/trader", Assert.Single(detail.GetProperty("locations").EnumerateArray()).GetString());
        Assert.Equal(order.EnumerateObject().Count() + 2, detail.EnumerateObject().Count());
        Assert.All(order.EnumerateObject(), member => Assert.True(JsonElement.DeepEquals(member.Value, detail.GetProperty(member.Name))));
    }

    [Fact]
    public async Task An_account_that_there_is_not_is_not_found()
    {
        using var response = await mesh.Client("account").GetAsync("accounts/(market)", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<JsonElement> DraftAsync(object intent)
    {
        using var response = await mesh.Client("trader").PostAsJsonAsync("orders/draft", new { portfolio = Portfolio, intent }, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static double Volatility(JsonElement order, string when) => order.GetProperty(when).GetProperty("annualVolatility").GetDouble();
}
