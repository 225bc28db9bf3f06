using AgentMesh.Agents.Trader.Ledger;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>What was placed.</summary>
/// <param name="Status">Always "executed".</param>
/// <param name="Order">What was placed.</param>
/// <param name="LedgerTransaction">Where the ledger has it.</param>
/// <param name="Price">What a share cost.</param>
/// <param name="Total">What all of them cost, in the order's currency.</param>
/// <param name="After">What the account holds now.</param>
internal sealed record ExecutedOrder(string Status, Order Order, string LedgerTransaction, decimal Price, decimal Total, Statement After);

/// <summary>Executes approved orders, each once.</summary>
internal sealed class OrderExecution(PaperLedger ledger, MarketDataClient marketData, TradeAudit audit)
{
    private const string Failed = "execution_failed";

    /// <exception cref="OrderRefusedException">It is not executed.</exception>
    public async Task<ExecutedOrder> ExecuteAsync(Order order, DelegationContext? served, CancellationToken cancellationToken)
    {
        try
        {
            var approvalId = ApprovalCheck.Require(order, served);
            OrderRules.Check(order.Symbol, order.Side, order.Quantity, order.LimitPrice);
            if (ledger.IsUsed(order.OrderId, approvalId))
                throw OrderRefusedException.Used();
            var price = decimal.Round((await marketData.GetLastPriceAsync(order.Symbol, cancellationToken)).Price, Instrument.Digits);
            if (!OrderRules.IsWithinLimit(order, price))
                throw OrderRefusedException.LimitNotReached(order, price);
            var (transaction, after) = await ledger.ExecuteAsync(order, price, approvalId, () => audit.WriteAsync(reason: null, cancellationToken));
            return new("executed", order, transaction, price, price * order.Quantity, after);
        }
        catch (OrderRefusedException refused)
        {
            await audit.WriteAsync(refused.Reason, cancellationToken);
            throw;
        }
        catch (Exception failure) when (failure is not AuditException)
        {
            // No prices, no database, no caller any more: it is not placed, and that is on record whoever still waits.
            await audit.WriteAsync(Failed, CancellationToken.None);
            throw;
        }
    }
}
