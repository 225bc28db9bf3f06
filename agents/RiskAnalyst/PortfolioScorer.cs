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

        var series = await Task.WhenAll(holdings!.Select(h => marketData.GetPricesAsync(h.Symbol, cancellationToken)));
        if (Array.FindIndex(series, s => s.Points.Any(p => !double.IsFinite(p.Price) || p.Price <= 0)) is >= 0 and var bad)
            throw new ScoreException($"MarketData gave a price of {holdings![bad].Symbol} that is not greater than 0.");

        var prices = MonthlyPrices.Join(series);
        var observations = prices.Months.Count - 1;
        if (observations < options.Value.MinimumObservations)
            throw new ScoreException($"These holdings have {Math.Max(0, observations)} monthly returns in common; a score needs at least {options.Value.MinimumObservations}.");
        return RiskMetrics.Compute(holdings!, prices, options.Value.RiskFreeRate);
    }
}
