using AgentMesh.A2A.Mesh;
using AgentMesh.Auth;
using AgentMesh.ServiceDefaults.Callees;

namespace AgentMesh.Agents.Advisor;

/// <summary>RiskAnalyst, as this agent uses it.</summary>
internal sealed class RiskAnalystClient(SkillClient skill)
{
    public Task<RiskScore> ScoreAsync(IReadOnlyList<Holding> holdings, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<RiskScore>(new { holdings }, cancellationToken);
}

/// <summary>MarketData, as this agent uses it.</summary>
internal sealed class MarketDataClient(SkillClient skill)
{
    public async Task<IReadOnlyList<PriceSeries>> GetPricesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken) =>
        (await skill.AskCalleeAsync<Prices>(new { symbols }, cancellationToken, fits: prices => prices.Are(symbols))).Series;
}

/// <summary>The Trader's drafts.</summary>
internal sealed class DraftClient(SkillClient skill)
{
    public Task<DraftOrder> DraftAsync(IReadOnlyList<Holding> holdings, OrderAction action, string? symbol, double? weight, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<DraftOrder>(new { portfolio = new { holdings }, intent = new { action, symbol, weight } }, cancellationToken);
}

/// <summary>The Trader's proposals.</summary>
internal sealed class ProposalClient(SkillClient skill)
{
    public Task<OrderProposal> ProposeAsync(string account, OrderSide side, string symbol, long quantity, decimal? limitPrice, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<OrderProposal>(new { account, side, symbol, quantity, limitPrice }, cancellationToken);
}

/// <summary>The Trader's orders, for which only a person's approval gives a token.</summary>
internal sealed class OrderClient(SkillClient skill)
{
    public Task<ExecutedOrder> PlaceAsync(Order order, ApprovedAction? approval, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<ExecutedOrder>(order, cancellationToken, approval);
}

/// <summary>The Trader's accounts.</summary>
internal sealed class AccountClient(SkillClient skill)
{
    public Task<Statement> FindAsync(string account, CancellationToken cancellationToken) =>
        skill.AskCalleeAsync<Statement>(new { account }, cancellationToken);
}
