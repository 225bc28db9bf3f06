using MathNet.Numerics.Statistics;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>Computes what <see cref="RiskScore"/> defines.</summary>
internal static class RiskMetrics
{
    private const int MonthsAYear = 12;
    private const double Tail = 0.05;

    /// <param name="holdings">In the same order as the prices, weights adding up to 1.</param>
    /// <param name="prices">At least three months.</param>
    /// <param name="riskFreeRate">A yearly rate as a fraction.</param>
    public static RiskScore Compute(IReadOnlyList<Holding> holdings, MonthlyPrices prices, double riskFreeRate)
    {
        var returns = prices.Returns();
        var portfolio = Enumerable.Range(0, prices.Months.Count - 1)
            .Select(month => holdings.Select((h, i) => h.Weight * returns[i][month]).Sum())
            .ToArray();

        var annualReturn = portfolio.Mean() * MonthsAYear;
        var annualVolatility = Volatility(portfolio);
        return new RiskScore(
            prices.Months[0],
            prices.Months[^1],
            "monthly",
            portfolio.Length,
            annualReturn,
            annualVolatility,
            annualVolatility > 0 ? (annualReturn - riskFreeRate) / annualVolatility : null,
            Math.Max(0, -portfolio.QuantileCustom(Tail, QuantileDefinition.Excel)),
            MaxDrawdown(portfolio),
            riskFreeRate,
            [.. holdings.Select((h, i) => new HoldingRisk(h.Symbol, h.Weight, Volatility(returns[i]), Contribution(h.Weight, returns[i], portfolio)))]);
    }

    /// <summary>The deepest fall from a peak, of a value that begins at 1 and grows by these returns.</summary>
    public static double MaxDrawdown(IEnumerable<double> returns)
    {
        double value = 1, peak = 1, deepest = 0;
        foreach (var r in returns)
        {
            value *= 1 + r;
            peak = Math.Max(peak, value);
            deepest = Math.Max(deepest, 1 - value / peak);
        }
        return deepest;
    }

    private static double Volatility(double[] monthlyReturns) => monthlyReturns.StandardDeviation() * Math.Sqrt(MonthsAYear);

    private static double? Contribution(double weight, double[] holding, double[] portfolio)
    {
        var variance = portfolio.Variance();
        return variance > 0 ? weight * holding.Covariance(portfolio) / variance : null;
    }
}
