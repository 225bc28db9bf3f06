using AgentMesh.Agents.Trader.Placing;

namespace AgentMesh.Agents.Trader.Ledger;

internal static class Sufficiency
{
    /// <exception cref="OrderRefusedException">The account lacks the cash to buy, or the shares to sell.</exception>
    public static void RequireFor(this Statement account, OrderSide side, string symbol, long quantity, decimal total)
    {
        if (side == OrderSide.Buy && account.Cash < total)
            throw OrderRefusedException.InsufficientCash(account, total);
        var held = account.Positions.FirstOrDefault(p => p.Symbol == symbol)?.Quantity ?? 0;
        if (side == OrderSide.Sell && held < quantity)
            throw OrderRefusedException.InsufficientPosition(account, symbol, held, quantity);
    }
}
