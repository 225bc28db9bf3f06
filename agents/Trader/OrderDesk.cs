namespace AgentMesh.Agents.Trader;

/// <summary>Drafts orders. Nothing is placed.</summary>
internal sealed class OrderDesk(RiskAnalystClient riskAnalyst, MarketDataClient marketData)
{
    /// <exception cref="OrderException">The intent makes no sense for this portfolio.</exception>
    public async Task<DraftOrder> DraftAsync(DraftRequest request, CancellationToken cancellationToken)
    {
        if (request.Intent?.Action is not { } action)
            throw new OrderException("Give intent.action: rebalance, buy or sell.");

        var before = await riskAnalyst.ScoreAsync(request.Portfolio?.Holdings, cancellationToken);
        var holdings = request.Portfolio!.Holdings!;
        var weights = TargetWeights.Of(holdings, request.Intent, before);
        var after = riskAnalyst.ScoreAsync(weights, cancellationToken);
        var changes = Changes(holdings, weights).ToList();
        var prices = await marketData.GetLastPricesAsync(changes.ConvertAll(c => c.Symbol), cancellationToken);
        return new DraftOrder("draft", action, [.. changes.Zip(prices, Line).OrderByDescending(l => l.Weight)], weights, before, await after);
    }

    private static IEnumerable<(string Symbol, decimal From, decimal To)> Changes(IReadOnlyList<Holding> before, IReadOnlyList<Holding> after) =>
        from holding in after
        let held = before.FirstOrDefault(h => h.Symbol == holding.Symbol)?.Weight ?? 0
        where held != holding.Weight
        select (holding.Symbol, held, holding.Weight);

    private static OrderLine Line((string Symbol, decimal From, decimal To) change, PricePoint last) => new(
        change.Symbol, change.To > change.From ? OrderSide.Buy : OrderSide.Sell, Math.Abs(change.To - change.From), change.From, change.To, last.Price, last.Date);
}
