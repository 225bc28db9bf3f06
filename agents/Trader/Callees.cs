using AgentMesh.A2A.Mesh;
using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.Trader;

/// <summary>RiskAnalyst's score, passed on as it came.</summary>
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

/// <inheritdoc cref="RiskScore"/>
internal sealed record HoldingRisk(string Symbol, double Weight, double AnnualVolatility, double? RiskContribution);

/// <summary>RiskAnalyst, as this agent uses it. It also says what a portfolio may be: this agent has no rules of its own for that.</summary>
internal sealed class RiskAnalystClient(SkillClient skill)
{
    /// <exception cref="CalleeException">RiskAnalyst refuses the portfolio, or fails.</exception>
    public Task<RiskScore> ScoreAsync(IReadOnlyList<Holding>? holdings, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<RiskScore>(new { holdings }, cancellationToken);
}

/// <summary>What this agent reads of MarketData's answers.</summary>
internal sealed record Prices(IReadOnlyList<PriceSeries> Series)
{
    /// <summary>Whether they are what was asked for: as many series, each of the symbol in its place, none empty.</summary>
    public bool Are(IReadOnlyList<string> symbols) =>
        Series is not null && Series.Select(s => s?.Symbol).SequenceEqual(symbols, StringComparer.OrdinalIgnoreCase) && Series.All(s => s.Points is [_, ..]);
}

/// <inheritdoc cref="Prices"/>
internal sealed record PriceSeries(string Symbol, IReadOnlyList<PricePoint> Points);

/// <inheritdoc cref="Prices"/>
internal readonly record struct PricePoint(DateOnly Date, decimal Price);

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(SkillClient skill)
{
    /// <exception cref="CalleeException">MarketData does not know the symbol, fails, or answered another's price.</exception>
    public async Task<PricePoint> GetLastPriceAsync(string symbol, CancellationToken cancellationToken) =>
        (await GetLastPricesAsync([symbol], cancellationToken))[0];

    /// <summary>The newest price of each symbol, in that order, in one task.</summary>
    /// <inheritdoc cref="GetLastPriceAsync"/>
    public async Task<IReadOnlyList<PricePoint>> GetLastPricesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken) => symbols.Count == 0
        ? []
        : [.. (await skill.AskCalleeAsync<Prices>(new { symbols, last = 1 }, cancellationToken, fits: prices => prices.Are(symbols))).Series.Select(s => s.Points[^1])];
}
