using System.ComponentModel;
using System.Globalization;

namespace AgentMesh.Agents.Advisor;

/// <summary>What of a proposal the model is told.</summary>
[Description("An order proposed, not placed")]
internal sealed record ProposalSummary(
    [property: Description("order")] string OrderId,
    [property: Description("account")] string Account,
    [property: Description("side")] OrderSide Side,
    [property: Description("quantity")] long Quantity,
    [property: Description("symbol")] string Symbol,
    [property: Description("limit price")] decimal LimitPrice,
    [property: Description("currency")] string Currency,
    [property: Description("estimated total")] decimal EstimatedTotal,
    [property: Description("newest price")] decimal LastPrice,
    [property: Description("of")] DateOnly PriceDate)
{
    public static ProposalSummary Of(OrderProposal proposal)
    {
        var order = proposal.Order;
        return new(order.OrderId, order.Account, order.Side, order.Quantity, order.Symbol, order.LimitPrice, order.Currency, proposal.EstimatedTotal, proposal.LastPrice, proposal.PriceDate);
    }
}

/// <summary>What of an approval the model is told; the credential stays in the library.</summary>
[Description("Approved by a person")]
internal sealed record ApprovalSummary(
    [property: Description("approval")] string ApprovalId,
    [property: Description("order")] string OrderId,
    [property: Description("action")] string Action);

/// <summary>What of an execution the model is told.</summary>
[Description("An order executed")]
internal sealed record ExecutionSummary(
    [property: Description("ledger transaction")] string LedgerTransaction,
    [property: Description("order")] string OrderId,
    [property: Description("side")] OrderSide Side,
    [property: Description("quantity")] long Quantity,
    [property: Description("symbol")] string Symbol,
    [property: Description("price")] decimal Price,
    [property: Description("total")] decimal Total,
    [property: Description("currency")] string Currency,
    [property: Description("account")] string Account,
    [property: Description("cash left")] decimal Cash)
{
    public static ExecutionSummary Of(ExecutedOrder executed)
    {
        var order = executed.Order;
        return new(executed.LedgerTransaction, order.OrderId, order.Side, order.Quantity, order.Symbol, executed.Price, executed.Total, order.Currency, order.Account, executed.After.Cash);
    }
}

/// <summary>What of an account the model is told.</summary>
[Description("The account")]
internal sealed record StatementSummary(
    [property: Description("account")] string Account,
    [property: Description("cash")] decimal Cash,
    [property: Description("currency")] string Currency,
    [property: Description("positions")] IReadOnlyList<Position> Positions)
{
    public static StatementSummary Of(Statement statement) => new(statement.Account, statement.Cash, statement.Currency, statement.Positions);

    /// <summary>What an order for a symbol could be paid with.</summary>
    public string InWords(string symbol) => string.Create(
        CultureInfo.InvariantCulture, $"The account has {Cash:0.00##} {Currency} and {Positions.Where(each => each.Symbol.Equals(symbol, StringComparison.OrdinalIgnoreCase)).Sum(each => each.Quantity)} {symbol.ToUpperInvariant()}.");
}
