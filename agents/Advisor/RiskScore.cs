using System.ComponentModel;

namespace AgentMesh.Agents.Advisor;

/// <summary>RiskAnalyst's score: read from it, given to the model, and part of the answer, always the same numbers.</summary>
[Description("Risk of the portfolio")]
internal sealed record RiskScore(
    [property: Description("from")] DateOnly From,
    [property: Description("to")] DateOnly To,
    [property: Description("frequency")] string Frequency,
    [property: Description("returns observed")] int Observations,
    [property: Description("annual return, %")] double AnnualReturn,
    [property: Description("annual volatility, %")] double AnnualVolatility,
    [property: Description("Sharpe ratio")] double? SharpeRatio,
    [property: Description("historical value at risk of one month (VaR 95), %")] double ValueAtRisk95,
    [property: Description("maximum drawdown, %")] double MaxDrawdown,
    [property: Description("risk-free rate, %")] double RiskFreeRate,
    [property: Description("holdings")] IReadOnlyList<HoldingRisk> Holdings);

/// <summary>A holding's own risk and its part in the portfolio's.</summary>
internal sealed record HoldingRisk(
    [property: Description("")] string Symbol,
    [property: Description("weight, %")] double Weight,
    [property: Description("annual volatility, %")] double AnnualVolatility,
    [property: Description("share of the risk, %")] double? RiskContribution);
