using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.Advisor;

/// <summary>RiskAnalyst, as this agent uses it.</summary>
internal sealed class RiskAnalystClient(HttpClient http)
{
    public Task<RiskScore> ScoreAsync(IReadOnlyList<Holding> holdings, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<RiskScore>("score", new { holdings }, cancellationToken);
}

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(HttpClient http)
{
    public Task<PriceSeries> GetPricesAsync(string symbol, CancellationToken cancellationToken) =>
        http.GetFromCalleeAsync<PriceSeries>($"prices/{Uri.EscapeDataString(symbol)}", cancellationToken);
}

/// <summary>The Trader's drafts.</summary>
internal sealed class TraderClient(HttpClient http)
{
    public Task<DraftOrder> DraftAsync(IReadOnlyList<Holding> holdings, OrderAction action, string? symbol, double? weight, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<DraftOrder>("orders/draft", new { portfolio = new { holdings }, intent = new { action, symbol, weight } }, cancellationToken);
}

/// <summary>The Trader's orders: another client, because its token is another one.</summary>
internal sealed class OrderClient(HttpClient http)
{
    public Task<DraftOrder> PlaceAsync(OrderAction action, string symbol, double weight, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<DraftOrder>("orders/execute", new { intent = new { action, symbol, weight } }, cancellationToken);
}
