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
internal sealed record PriceSeries(string Symbol, IReadOnlyList<PricePoint> Points);

/// <inheritdoc cref="PriceSeries"/>
internal readonly record struct PricePoint(DateOnly Date, decimal Price);

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(HttpClient http)
{
    /// <exception cref="CalleeException">MarketData does not know the symbol, or fails.</exception>
    public async Task<PricePoint> GetLastPriceAsync(string symbol, CancellationToken cancellationToken)
    {
        var series = await http.GetFromCalleeAsync<PriceSeries>($"prices/{Uri.EscapeDataString(symbol)}", cancellationToken);
        return series.Points[^1];
    }
}
