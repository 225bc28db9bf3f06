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

/// <summary>The Trader's draft, part of the answer as it came.</summary>
internal sealed record DraftOrder(
    string Status,
    OrderAction Action,
    IReadOnlyList<OrderLine> Lines,
    IReadOnlyList<Holding> Weights,
    RiskScore Before,
    RiskScore After);

/// <summary>One symbol to buy or to sell.</summary>
internal sealed record OrderLine(string Symbol, string Side, double Weight, double FromWeight, double ToWeight, double LastPrice, DateOnly PriceDate);
