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
        var lines = Task.WhenAll(Changes(holdings, weights).Select(c => LineAsync(c.Symbol, c.From, c.To, cancellationToken)));
        return new DraftOrder("draft", action, [.. (await lines).OrderByDescending(l => l.Weight)], weights, before, await after);
    }

    private static IEnumerable<(string Symbol, decimal From, decimal To)> Changes(IReadOnlyList<Holding> before, IReadOnlyList<Holding> after) =>
        from holding in after
        let held = before.FirstOrDefault(h => h.Symbol == holding.Symbol)?.Weight ?? 0
        where held != holding.Weight
        select (holding.Symbol, held, holding.Weight);

    private async Task<OrderLine> LineAsync(string symbol, decimal from, decimal to, CancellationToken cancellationToken)
    {
        var (date, price) = await marketData.GetLastPriceAsync(symbol, cancellationToken);
        return new(symbol, to > from ? OrderSide.Buy : OrderSide.Sell, Math.Abs(to - from), from, to, price, date);
    }
}
