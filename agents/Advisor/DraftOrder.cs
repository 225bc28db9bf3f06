using System.ComponentModel;
using System.Text.Json.Serialization;

namespace AgentMesh.Agents.Advisor;

/// <summary>What the Trader can draft.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrderAction>))]
internal enum OrderAction
{
    [JsonStringEnumMemberName("rebalance")]
    Rebalance,

    [JsonStringEnumMemberName("buy")]
    Buy,

    [JsonStringEnumMemberName("sell")]
    Sell,
}

/// <summary>The Trader's draft: read from it, given to the model, and part of the answer.</summary>
[Description("A drafted order; nothing is placed")]
internal sealed record DraftOrder(
    [property: Description("status")] string Status,
    [property: Description("action")] OrderAction Action,
    [property: Description("lines")] IReadOnlyList<OrderLine> Lines,
    [property: Description("resulting weights")] IReadOnlyList<HoldingWeight> Weights,
    [property: Description("risk before")] OrderRisk Before,
    [property: Description("risk after")] OrderRisk After);

/// <summary>One symbol to buy or to sell.</summary>
internal sealed record OrderLine(
    [property: Description("")] string Side,
    [property: Description("")] string Symbol,
    [property: Description("for, %")] double Weight,
    [property: Description("from, %")] double FromWeight,
    [property: Description("to, %")] double ToWeight,
    [property: Description("last price")] double LastPrice,
    [property: Description("of")] DateOnly PriceDate);

/// <summary>A weight that results.</summary>
internal sealed record HoldingWeight([property: Description("")] string Symbol, [property: Description(", %")] double Weight);

/// <summary>What of RiskAnalyst's score tells two portfolios apart.</summary>
internal sealed record OrderRisk(
    [property: Description("annual return, %")] double AnnualReturn,
    [property: Description("annual volatility, %")] double AnnualVolatility,
    [property: Description("Sharpe ratio")] double? SharpeRatio,
    [property: Description("VaR 95 of one month, %")] double ValueAtRisk95,
    [property: Description("maximum drawdown, %")] double MaxDrawdown);
