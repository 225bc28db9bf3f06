using AgentMesh.Agents.Trader.Ledger;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>What makes sense as an order, whoever approved it.</summary>
internal static class OrderRules
{
    private const long MostShares = 1_000_000;
    private const decimal HighestPrice = 1_000_000;
    private const int LongestSymbol = 12;

    /// <exception cref="OrderRefusedException">It makes no sense.</exception>
    public static void Check(string symbol, OrderSide side, long quantity, decimal? limitPrice)
    {
        if (symbol.Length is 0 or > LongestSymbol || !symbol.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '.' or '-'))
            throw OrderRefusedException.Invalid("Give symbol: up to 12 capital letters, digits, '.' and '-'.");
        if (!Enum.IsDefined(side))
            throw OrderRefusedException.Invalid("Give side: buy or sell.");
        if (quantity is <= 0 or > MostShares)
            throw OrderRefusedException.Invalid("Give quantity: whole shares, from 1 to 1000000.");
        if (limitPrice is { } limit && (limit is <= 0 or > HighestPrice || decimal.Round(limit, Instrument.Digits) != limit))
            throw OrderRefusedException.Invalid("Give limitPrice: above 0, at most 1000000, with at most four decimals. Without it, the newest price is the limit.");
    }

    public static bool IsWithinLimit(Order order, decimal price) => order.Side == OrderSide.Buy ? price <= order.LimitPrice : price >= order.LimitPrice;
}
