using System.Text.Json.Serialization;

namespace AgentMesh.Agents.Trader;

/// <summary>What is drafted. Nothing has been ordered.</summary>
/// <param name="Status">Always "draft".</param>
/// <param name="Action">What was asked for.</param>
/// <param name="Lines">What to buy and sell, the largest change first.</param>
/// <param name="Weights">The portfolio that results.</param>
/// <param name="Before">RiskAnalyst's score of the portfolio as it is.</param>
/// <param name="After">RiskAnalyst's score of the portfolio that results.</param>
internal sealed record DraftOrder(
    string Status,
    OrderAction Action,
    IReadOnlyList<OrderLine> Lines,
    IReadOnlyList<Holding> Weights,
    RiskScore Before,
    RiskScore After);

/// <summary>One symbol to buy or to sell.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Weight">How much of the portfolio's value moves; greater than zero.</param>
/// <param name="FromWeight">The symbol's weight as it is.</param>
/// <param name="ToWeight">The symbol's weight afterwards.</param>
/// <param name="LastPrice">MarketData's newest price of it.</param>
/// <param name="PriceDate">The day of that price.</param>
internal sealed record OrderLine(string Symbol, OrderSide Side, decimal Weight, decimal FromWeight, decimal ToWeight, decimal LastPrice, DateOnly PriceDate);

/// <summary>Which way a line goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrderSide>))]
internal enum OrderSide
{
    [JsonStringEnumMemberName("buy")]
    Buy,

    [JsonStringEnumMemberName("sell")]
    Sell,
}
