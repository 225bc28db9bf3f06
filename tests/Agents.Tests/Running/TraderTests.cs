using System.Text.Json;
using AgentMesh.A2A;

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
        var reply = await mesh.Client("trader").AskAsync("draft-order", new { portfolio = Portfolio, intent = new { action, symbol, weight } });

        Assert.Equal(TaskState.Rejected, reply.State);
        Assert.Contains(why, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account", "draft-order", "trade.propose")]
    [InlineData("account", "propose-order", "trade.propose")]
    [InlineData("account", "place-order", "trade.execute")]
    [InlineData("trader", "place-order", "trade.execute")]
    [InlineData("trader", "read-account", "account.read")]
    public async Task Each_skill_needs_its_own_scope(string client, string skill, string scope)
    {
        var refused = await Assert.ThrowsAsync<A2AException>(() => mesh.Client(client).AskAsync(skill, new { }));

        Assert.Equal((A2AErrorCode.Forbidden, 403, "insufficient_scope", scope), (refused.Code, refused.HttpStatus, refused.Metadata["reason"], refused.Metadata["scope"]));
        var decision = mesh.Journal("trader").Last(e => e.GetProperty("action").GetString() == $"skill {skill}" && e.GetProperty("decision").GetString() == "deny");
        Assert.Equal("insufficient_scope", decision.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("port-abc", "buy", "MSFT", 1_000_000, null, "insufficient_cash")]
    [InlineData("port-abc", "sell", "AMZN", 1, null, "insufficient_position")]
    [InlineData("port-xyz", "buy", "MSFT", 1, null, "account_unknown")]
    [InlineData("port-abc", "buy", "MSFT", 0, null, "order_invalid")]
    [InlineData("port-abc", "buy", "MSFT", -5, null, "order_invalid")]
    [InlineData("port-abc", "buy", "MSFT", 1, 0.00001, "order_invalid")]
    [InlineData("port-abc", "buy", "'; DROP TABLE entry; --", 1, null, "order_invalid")]
    [InlineData("port-abc", "buy", "TSLA", 1, null, "symbol_unknown")]
    public async Task What_cannot_be_placed_is_not_proposed(string account, string side, string symbol, long quantity, double? limitPrice, string reason)
    {
        var reply = await mesh.Client("trader").AskAsync("propose-order", new { account, side, symbol, quantity, limitPrice });

        Assert.Equal((TaskState.Rejected, reason), (reply.State, reply.Reason));
    }

    [Theory]
    [InlineData("port-abc", "buy", "MSFT", 1_000_000, "more than the account has. It has ")]
    [InlineData("port-abc", "sell", "AMZN", 1, "more than the account port-abc has. It has ")]
    [InlineData("port-xyz", "buy", "MSFT", 1, "There is no such account. Known accounts: ")]
    public async Task A_refusal_says_what_accounts_there_are_and_what_they_hold_to_those_alone_who_may_read_that(string account, string side, string symbol, long quantity, string told)
    {
        var without = await mesh.Client("trader").AskAsync("propose-order", new { account, side, symbol, quantity });
        var with = await mesh.Client("trader-and-account").AskAsync("propose-order", new { account, side, symbol, quantity });

        Assert.Contains(told, with.Text, StringComparison.Ordinal);
        Assert.EndsWith(told[..(told.IndexOf('.', StringComparison.Ordinal) + 1)], without.Text, StringComparison.Ordinal);
        Assert.Equal((without.State, without.Reason), (with.State, with.Reason));
    }

    [Fact]
    public async Task A_proposal_is_an_order_with_the_words_in_which_it_is_approved()
    {
        var proposal = (await mesh.Client("trader").AskAsync("propose-order", new { account = "port-abc", side = "buy", symbol = "msft", quantity = 10 })).Data;

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
        var reply = await mesh.Client("account").AskAsync("read-account", new { account = "(market)" });

        Assert.Equal((TaskState.Rejected, "account_unknown"), (reply.State, reply.Reason));
    }

    private async Task<JsonElement> DraftAsync(object intent) =>
        (await mesh.Client("trader").AskAsync("draft-order", new { portfolio = Portfolio, intent })).Data;

    private static double Volatility(JsonElement order, string when) => order.GetProperty(when).GetProperty("annualVolatility").GetDouble();
}
