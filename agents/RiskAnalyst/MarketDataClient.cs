using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.RiskAnalyst;

/// <summary>What this agent reads of MarketData's answers.</summary>
internal sealed record PriceSeries(string Symbol, IReadOnlyList<PricePoint> Points);

/// <inheritdoc cref="PriceSeries"/>
internal readonly record struct PricePoint(DateOnly Date, double Price);

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(HttpClient http)
{
    /// <exception cref="CalleeException">MarketData does not know the symbol, refused, or cannot be reached.</exception>
    public Task<PriceSeries> GetPricesAsync(string symbol, CancellationToken cancellationToken) =>
        http.GetFromCalleeAsync<PriceSeries>($"prices/{Uri.EscapeDataString(symbol)}", cancellationToken);
}
