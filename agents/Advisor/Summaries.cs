using System.ComponentModel;

namespace AgentMesh.Agents.Advisor;

/// <summary>What of a score the model is told.</summary>
[Description("Risk of the portfolio")]
internal sealed record RiskSummary(
    [property: Description("from")] DateOnly From,
    [property: Description("to")] DateOnly To,
    [property: Description("monthly returns")] int Observations,
    [property: Description("annual return, %")] double AnnualReturn,
    [property: Description("annual volatility, %")] double AnnualVolatility,
    [property: Description("Sharpe ratio")] double? SharpeRatio,
    [property: Description("at a risk-free rate of, %")] double RiskFreeRate,
    [property: Description("value at risk of one month (VaR 95), %")] double ValueAtRisk95,
    [property: Description("maximum drawdown, %")] double MaxDrawdown,
    [property: Description("shares of the risk")] IReadOnlyList<RiskShare> Holdings)
{
    public static RiskSummary Of(RiskScore score) => new(
        score.From, score.To, score.Observations, score.AnnualReturn, score.AnnualVolatility, score.SharpeRatio, score.RiskFreeRate,
        score.ValueAtRisk95, score.MaxDrawdown, [.. score.Holdings.Select(h => new RiskShare(h.Symbol, h.RiskContribution))]);
}

/// <summary>A holding's part in the portfolio's risk.</summary>
internal sealed record RiskShare(string Symbol, [property: Description("%")] double? Share);

/// <summary>What of a draft the model is told.</summary>
[Description("A drafted order, not placed")]
internal sealed record OrderSummary(
    [property: Description("lines")] IReadOnlyList<LineSummary> Lines,
    [property: Description("risk before")] OrderRisk Before,
    [property: Description("risk after")] OrderRisk After)
{
    public static OrderSummary Of(DraftOrder order) =>
        new([.. order.Lines.Select(l => new LineSummary(l.Side, l.Symbol, l.Weight, l.FromWeight, l.ToWeight))], OrderRisk.Of(order.Before), OrderRisk.Of(order.After));
}

/// <summary>One symbol to buy or to sell.</summary>
internal sealed record LineSummary(
    string Side,
    string Symbol,
    [property: Description("%")] double Weight,
    [property: Description("from, %")] double From,
    [property: Description("to, %")] double To);

/// <summary>What tells two portfolios apart.</summary>
internal sealed record OrderRisk(
    [property: Description("annual volatility, %")] double AnnualVolatility,
    [property: Description("Sharpe ratio")] double? SharpeRatio,
    [property: Description("VaR 95, %")] double ValueAtRisk95,
    [property: Description("maximum drawdown, %")] double MaxDrawdown)
{
    public static OrderRisk Of(RiskScore score) => new(score.AnnualVolatility, score.SharpeRatio, score.ValueAtRisk95, score.MaxDrawdown);
}
