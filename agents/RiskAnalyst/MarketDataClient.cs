using AgentMesh.A2A.Mesh;
using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>What this agent reads of MarketData's answers.</summary>
internal sealed record Prices(IReadOnlyList<PriceSeries> Series)
{
    /// <summary>Whether they are what was asked for: as many series, each of the symbol in its place.</summary>
    public bool Are(IReadOnlyList<string> symbols) =>
        Series is not null && Series.Select(s => s?.Symbol).SequenceEqual(symbols, StringComparer.OrdinalIgnoreCase) && Series.All(s => s.Points is not null);
}

/// <inheritdoc cref="Prices"/>
internal sealed record PriceSeries(string Symbol, IReadOnlyList<PricePoint> Points);

/// <inheritdoc cref="Prices"/>
internal readonly record struct PricePoint(DateOnly Date, double Price);

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(SkillClient skill)
{
    /// <summary>The series of each symbol, in that order, in one task.</summary>
    /// <exception cref="CalleeException">MarketData does not know a symbol, refused, cannot be reached, or answered other series.</exception>
    public async Task<IReadOnlyList<PriceSeries>> GetPricesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken) =>
        (await skill.AskCalleeAsync<Prices>(new { symbols }, cancellationToken, fits: prices => prices.Are(symbols))).Series;
}
