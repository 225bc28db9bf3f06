using AgentMesh.Agents.Trader;
using FsCheck.Xunit;

namespace AgentMesh.Agents.Tests.Trader;

public sealed class TargetWeightsTests
{
    private static readonly Holding[] Holdings = [new("MSFT", 0.5m), new("IBM", 0.3m), new("GOOG", 0.2m)];

    [Theory]
    [InlineData("Buy", "GOOG", 0.3, "MSFT=0.3125 IBM=0.1875 GOOG=0.5")]
    [InlineData("Buy", "goog", 0.3, "MSFT=0.3125 IBM=0.1875 GOOG=0.5")]
    [InlineData("Buy", "AAPL", 0.5, "MSFT=0.25 IBM=0.15 GOOG=0.1 AAPL=0.5")]
    [InlineData("Buy", "MSFT", 0.5, "MSFT=1 IBM=0 GOOG=0")]
    [InlineData("Sell", "MSFT", 0.1, "MSFT=0.4 IBM=0.36 GOOG=0.24")]
    [InlineData("Sell", "MSFT", null, "MSFT=0 IBM=0.6 GOOG=0.4")]
    public void Buying_and_selling_move_the_others_in_proportion(string action, string symbol, double? weight, string expected) =>
        Assert.Equal(expected, Describe(TargetWeights.Of(Holdings, new(Enum.Parse<OrderAction>(action), symbol, (decimal?)weight), Score()), "0.####"));

    [Fact]
    public void A_rebalance_weighs_by_the_inverse_of_the_volatility() =>
        Assert.Equal("MSFT=0.285714 IBM=0.571429 GOOG=0.142857", Describe(TargetWeights.Of(Holdings, new(OrderAction.Rebalance), Score(0.2, 0.1, 0.4)), "0.000000"));

    [Theory]
    [InlineData("Buy", null, 0.1, "which symbol")]
    [InlineData("Buy", "MSFT", null, "how much of MSFT")]
    [InlineData("Buy", "MSFT", 0.51, "Buying 0.51 of MSFT")]
    [InlineData("Buy", "MSFT", 0.0, "Buying 0 of MSFT")]
    [InlineData("Buy", "MSFT", -0.1, "Buying -0.1 of MSFT")]
    [InlineData("Sell", "AAPL", 0.1, "AAPL is not in the portfolio")]
    [InlineData("Sell", "IBM", 0.31, "Selling 0.31 of IBM")]
    [InlineData("Rebalance", "IBM", null, "no symbol and no weight")]
    public void An_intent_that_makes_no_sense_is_refused_with_a_reason(string action, string? symbol, double? weight, string why)
    {
        var e = Assert.Throws<OrderException>(() => TargetWeights.Of(Holdings, new(Enum.Parse<OrderAction>(action), symbol, (decimal?)weight), Score()));

        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_there_is_cannot_be_sold_or_rebalanced()
    {
        Holding[] one = [new("IBM", 1), new("MSFT", 0)];

        Assert.Contains("all that the portfolio has", Refused(one, new(OrderAction.Sell, "IBM")), StringComparison.Ordinal);
        Assert.Contains("one holding", Refused([new("IBM", 1)], new(OrderAction.Rebalance)), StringComparison.Ordinal);
        Assert.Contains("no volatility", TargetRefusal(), StringComparison.Ordinal);
        Assert.Contains("intent.action", Refused(one, new(null)), StringComparison.Ordinal);

        static string TargetRefusal() => Assert.Throws<OrderException>(() => TargetWeights.Of(Holdings, new(OrderAction.Rebalance), Score(0.1, 0, 0.2))).Message;
    }

    [Property(MaxTest = 500)]
    public void Weights_always_add_up_to_exactly_one_and_none_is_negative(byte[] parts, byte moved, bool buy)
    {
        var total = parts.Sum(p => p + 1);
        if (parts.Length < 2)
            return;
        var holdings = parts.Select((p, i) => new Holding($"S{i}", Math.Round((p + 1m) / total, 12))).ToList();
        holdings[0] = holdings[0] with { Weight = holdings[0].Weight + 1 - holdings.Sum(h => h.Weight) };
        var room = buy ? 1 - holdings[0].Weight : holdings[0].Weight;
        var weight = room * (moved + 1) / 256;

        var target = TargetWeights.Of(holdings, new(buy ? OrderAction.Buy : OrderAction.Sell, "S0", weight), Score());

        Assert.Equal(1m, target.Sum(h => h.Weight));
        Assert.All(target, h => Assert.True(h.Weight >= 0, $"{h}"));
    }

    private static string Refused(Holding[] holdings, Intent intent) =>
        Assert.Throws<OrderException>(() => TargetWeights.Of(holdings, intent, Score(0.1, 0.1))).Message;

    private static RiskScore Score(params double[] volatilities) =>
        new(default, default, "monthly", 60, 0, 0, 0, 0, 0, 0, [.. volatilities.Select((v, i) => new HoldingRisk(Holdings[i].Symbol, 0, v, null))]);

    private static string Describe(IEnumerable<Holding> holdings, string format) =>
        string.Join(' ', holdings.Select(h => FormattableString.Invariant($"{h.Symbol}={h.Weight.ToString(format)}")));
}
