using Microsoft.Extensions.Options;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>Scores a portfolio from MarketData's prices.</summary>
internal sealed class PortfolioScorer(MarketDataClient marketData, IOptions<RiskOptions> options)
{
    /// <exception cref="ScoreException">The portfolio breaks a rule, or there are too few common prices.</exception>
    public async Task<RiskScore> ScoreAsync(IReadOnlyList<Holding>? holdings, CancellationToken cancellationToken)
    {
        if (PortfolioRules.FindProblem(holdings, options.Value.MaximumHoldings) is { } problem)
            throw new ScoreException(problem);

        var series = await marketData.GetPricesAsync([.. holdings!.Select(h => h.Symbol)], cancellationToken);
        if (series.FirstOrDefault(s => s.Points.Any(p => !double.IsFinite(p.Price) || p.Price <= 0)) is { } bad)
            throw new ScoreException($"MarketData gave a price of {bad.Symbol} that is not greater than 0.");

        var prices = MonthlyPrices.Join(series);
        var observations = prices.Months.Count - 1;
        if (observations < options.Value.MinimumObservations)
            throw new ScoreException($"These holdings have {Math.Max(0, observations)} monthly returns in common; a score needs at least {options.Value.MinimumObservations}.");
        return RiskMetrics.Compute(holdings!, prices, options.Value.RiskFreeRate);
    }
}
