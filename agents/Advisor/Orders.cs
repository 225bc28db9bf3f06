using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.Agents.Advisor;

/// <summary>Which way an order goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrderSide>))]
internal enum OrderSide
{
    [JsonStringEnumMemberName("buy")]
    Buy,

    [JsonStringEnumMemberName("sell")]
    Sell,
}

/// <summary>The Trader's order, complete.</summary>
internal sealed record Order(string OrderId, string Account, OrderSide Side, string Symbol, long Quantity, decimal LimitPrice, string Currency);

/// <summary>What the Trader proposes, with the words in which a person is to approve it.</summary>
internal sealed record OrderProposal(Order Order, decimal EstimatedTotal, decimal LastPrice, DateOnly PriceDate, JsonElement AuthorizationDetails, string Summary);

/// <summary>What the Trader did.</summary>
internal sealed record ExecutedOrder(string Status, Order Order, string LedgerTransaction, decimal Price, decimal Total, Statement After);

/// <summary>What an account holds.</summary>
internal sealed record Statement(string Account, string Currency, decimal Cash, IReadOnlyList<Position> Positions);

/// <summary>Shares of one symbol.</summary>
internal sealed record Position(string Symbol, long Quantity);
