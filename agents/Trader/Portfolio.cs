using System.Text.Json.Serialization;

namespace AgentMesh.Agents.Trader;

/// <summary>A part of a portfolio. The weight is a fraction of the portfolio's value.</summary>
internal sealed record Holding(string Symbol, decimal Weight);

/// <summary>What orders are drafted for.</summary>
internal sealed record Portfolio(IReadOnlyList<Holding>? Holdings);

/// <summary>What to do with it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrderAction>))]
internal enum OrderAction
{
    /// <summary>Weigh each holding by the inverse of its volatility, so that no single one carries the risk.</summary>
    [JsonStringEnumMemberName("rebalance")]
    Rebalance,

    /// <summary>Raise a symbol's weight; the others pay for it in proportion to theirs.</summary>
    [JsonStringEnumMemberName("buy")]
    Buy,

    /// <summary>Lower a symbol's weight, or leave it; the others get the proceeds in proportion to theirs.</summary>
    [JsonStringEnumMemberName("sell")]
    Sell,
}

/// <param name="Action">Required.</param>
/// <param name="Symbol">For buying and selling.</param>
/// <param name="Weight">How much of the portfolio's value to move, as a fraction; without it, selling means all of the symbol.</param>
internal sealed record Intent(OrderAction? Action, string? Symbol = null, decimal? Weight = null);

/// <summary>What is to be drafted.</summary>
internal sealed record DraftRequest(Portfolio? Portfolio, Intent? Intent);
