using AgentMesh.Auth;
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

/// <summary>The Trader's drafts and proposals.</summary>
internal sealed class TraderClient(HttpClient http)
{
    public Task<DraftOrder> DraftAsync(IReadOnlyList<Holding> holdings, OrderAction action, string? symbol, double? weight, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<DraftOrder>("orders/draft", new { portfolio = new { holdings }, intent = new { action, symbol, weight } }, cancellationToken);

    public Task<OrderProposal> ProposeAsync(string account, OrderSide side, string symbol, long quantity, decimal? limitPrice, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<OrderProposal>("orders/propose", new { account, side, symbol, quantity, limitPrice }, cancellationToken);
}

/// <summary>The Trader's orders: another client, because only a person's approval gives its token.</summary>
internal sealed class OrderClient(HttpClient http)
{
    public Task<ExecutedOrder> PlaceAsync(Order order, ApprovedAction? approval, CancellationToken cancellationToken) =>
        http.PostToCalleeAsync<ExecutedOrder>("orders/execute", order, approval, cancellationToken);
}

/// <summary>The Trader's accounts.</summary>
internal sealed class AccountClient(HttpClient http)
{
    public Task<Statement> FindAsync(string account, CancellationToken cancellationToken) =>
        http.GetFromCalleeAsync<Statement>($"accounts/{Uri.EscapeDataString(account)}", cancellationToken);
}
