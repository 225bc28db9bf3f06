namespace AgentMesh.Agents.Trader;

/// <summary>Which weights an intent leads to. Arithmetic only: the same intent always gives the same weights, and they add up to exactly 1.</summary>
internal static class TargetWeights
{
    private const int Digits = 6;

    /// <param name="holdings">Weights that add up to 1, no symbol twice: RiskAnalyst has scored them.</param>
    /// <param name="intent">What to do.</param>
    /// <param name="risk">RiskAnalyst's score of the holdings, in their order.</param>
    /// <exception cref="OrderException">The intent makes no sense for these holdings.</exception>
    public static IReadOnlyList<Holding> Of(IReadOnlyList<Holding> holdings, Intent intent, RiskScore risk) => Rounded(intent.Action switch
    {
        OrderAction.Rebalance => Rebalance(holdings, intent, risk),
        OrderAction.Buy => Buy(holdings, intent),
        OrderAction.Sell => Sell(holdings, intent),
        _ => throw new OrderException("Give intent.action: rebalance, buy or sell."),
    });

    private static IEnumerable<Holding> Rebalance(IReadOnlyList<Holding> holdings, Intent intent, RiskScore risk)
    {
        if (intent.Symbol is not null || intent.Weight is not null)
            throw new OrderException("A rebalance is of the whole portfolio: give no symbol and no weight.");
        if (holdings.Count < 2)
            throw new OrderException("A portfolio of one holding cannot be rebalanced.");
        if (risk.Holdings.FirstOrDefault(h => h.AnnualVolatility <= 0) is { } flat)
            throw new OrderException($"{flat.Symbol} has no volatility, so its share of the risk cannot be evened out.");
        var inverse = risk.Holdings.Select(h => 1 / (decimal)h.AnnualVolatility).ToList();
        return holdings.Select((h, i) => h with { Weight = inverse[i] / inverse.Sum() });
    }

    private static List<Holding> Buy(IReadOnlyList<Holding> holdings, Intent intent)
    {
        var (symbol, held) = Find(holdings, intent);
        if (intent.Weight is not { } weight)
            throw new OrderException($"Say how much of {symbol} to buy: intent.weight, 0.1 for 10 % of the portfolio.");
        if (weight <= 0 || held + weight > 1)
            throw new OrderException(FormattableString.Invariant($"Buying {weight} of {symbol} is not possible: it has {held} and can have more than that, up to 1."));
        return Move(holdings, symbol, held + weight);
    }

    private static List<Holding> Sell(IReadOnlyList<Holding> holdings, Intent intent)
    {
        var (symbol, held) = Find(holdings, intent);
        if (held == 0)
            throw new OrderException($"{symbol} is not in the portfolio, so none of it can be sold.");
        var weight = intent.Weight ?? held;
        if (weight <= 0 || weight > held)
            throw new OrderException(FormattableString.Invariant($"Selling {weight} of {symbol} is not possible: the portfolio has {held}."));
        return Move(holdings, symbol, held - weight);
    }

    private static (string Symbol, decimal Held) Find(IReadOnlyList<Holding> holdings, Intent intent)
    {
        if (string.IsNullOrWhiteSpace(intent.Symbol))
            throw new OrderException("Say which symbol: intent.symbol.");
        var holding = holdings.FirstOrDefault(h => h.Symbol.Equals(intent.Symbol, StringComparison.OrdinalIgnoreCase));
        return holding is null ? (intent.Symbol.ToUpperInvariant(), 0) : (holding.Symbol, holding.Weight);
    }

    // What the symbol gains or loses, the others lose or gain in proportion to their weights.
    private static List<Holding> Move(IReadOnlyList<Holding> holdings, string symbol, decimal to)
    {
        var others = holdings.Where(h => h.Symbol != symbol).ToList();
        var rest = others.Sum(h => h.Weight);
        if (rest == 0)
            throw new OrderException($"{symbol} is all that the portfolio has: there is nothing to move its value to or from.");
        var scale = (1 - to) / rest;
        var moved = others.ConvertAll(h => h with { Weight = h.Weight * scale });
        var at = holdings.ToList().FindIndex(h => h.Symbol == symbol);
        moved.Insert(at < 0 ? moved.Count : at, new Holding(symbol, to));
        return moved;
    }

    // The largest weight takes what rounding leaves.
    private static List<Holding> Rounded(IEnumerable<Holding> weights)
    {
        var rounded = weights.Select(h => h with { Weight = Math.Round(h.Weight, Digits) }).ToList();
        var largest = rounded.IndexOf(rounded.MaxBy(h => h.Weight)!);
        rounded[largest] = rounded[largest] with { Weight = rounded[largest].Weight + 1 - rounded.Sum(h => h.Weight) };
        return rounded;
    }
}
