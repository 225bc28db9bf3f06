using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.Auth;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>What is to be proposed.</summary>
internal sealed record ProposalRequest(string? Account, OrderSide? Side, string? Symbol, long Quantity, decimal? LimitPrice = null);

/// <summary>What is proposed. Nothing has been ordered.</summary>
/// <param name="Order">What would be placed.</param>
/// <param name="EstimatedTotal">At the limit price, in the order's currency: the most that buying costs, the least that selling brings.</param>
/// <param name="LastPrice">MarketData's newest price of the symbol.</param>
/// <param name="PriceDate">The day of that price.</param>
/// <param name="AuthorizationDetails">The order as a person is to approve it (RFC 9396 §2).</param>
/// <param name="Summary">One line for that person.</param>
internal sealed record OrderProposal(Order Order, decimal EstimatedTotal, decimal LastPrice, DateOnly PriceDate, JsonArray AuthorizationDetails, string Summary)
{
    public static OrderProposal Of(Order order, PricePoint last, MeshIdentity trader) => new(
        order,
        order.Quantity * order.LimitPrice,
        last.Price,
        last.Date,
        [Detail(order, trader)],
        string.Create(CultureInfo.InvariantCulture, $"{(order.Side == OrderSide.Buy ? "Buy" : "Sell")} {order.Quantity} {order.Symbol} at {order.LimitPrice:0.00##} {order.Currency} for {order.Account}"));

    private static JsonObject Detail(Order order, MeshIdentity trader)
    {
        var detail = new JsonObject { ["type"] = Order.Type, ["locations"] = new JsonArray($"{trader.Id}") };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(order, OrderJson.Default.Order)!.AsObject())
            detail[name] = value?.DeepClone();
        return detail;
    }
}
