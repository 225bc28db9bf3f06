namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>
/// What a score says. Fractions throughout: 0.05 is 5 %.
/// <para>The portfolio's return of a month is the weighted sum of its holdings' simple returns of that month: it is set back to
/// the given weights at each month's beginning, at no cost.</para>
/// </summary>
/// <param name="From">The month of the first price used, as its first day.</param>
/// <param name="To">The month of the last price used, as its first day.</param>
/// <param name="Frequency">Always "monthly".</param>
/// <param name="Observations">How many monthly returns the numbers rest on.</param>
/// <param name="AnnualReturn">Arithmetic mean of the monthly returns, times 12.</param>
/// <param name="AnnualVolatility">Sample standard deviation (n − 1) of the monthly returns, times √12.</param>
/// <param name="SharpeRatio">(AnnualReturn − RiskFreeRate) / AnnualVolatility; null when nothing ever moved.</param>
/// <param name="ValueAtRisk95">Historical value at risk of one month at 95 %: the loss at the 5th percentile of the monthly returns, interpolated
/// as a spreadsheet's PERCENTILE.INC does; positive is a loss, 0 when even that percentile is a gain.</param>
/// <param name="MaxDrawdown">The deepest fall from a peak of the portfolio's value at month ends, the beginning included; positive.</param>
/// <param name="RiskFreeRate">The yearly rate that the Sharpe ratio was computed with.</param>
/// <param name="Holdings">What each holding adds.</param>
internal sealed record RiskScore(
    DateOnly From,
    DateOnly To,
    string Frequency,
    int Observations,
    double AnnualReturn,
    double AnnualVolatility,
    double? SharpeRatio,
    double ValueAtRisk95,
    double MaxDrawdown,
    double RiskFreeRate,
    IReadOnlyList<HoldingRisk> Holdings);

/// <summary>A holding's own risk and its part in the portfolio's.</summary>
/// <param name="Symbol">The holding.</param>
/// <param name="Weight">Its weight in the portfolio that was scored.</param>
/// <param name="AnnualVolatility">Its own volatility over the same months.</param>
/// <param name="RiskContribution">Its share of the portfolio's variance, weight × covariance with the portfolio / variance; all add up to 1; null when nothing ever moved.</param>
internal sealed record HoldingRisk(string Symbol, double Weight, double AnnualVolatility, double? RiskContribution);
