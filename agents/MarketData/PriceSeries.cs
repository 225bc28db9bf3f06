using System.Text.Json.Serialization;

namespace AgentMesh.Agents.MarketData;

/// <summary>How far apart the points of a series are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PriceFrequency>))]
public enum PriceFrequency
{
    [JsonStringEnumMemberName("monthly")]
    Monthly,

    [JsonStringEnumMemberName("daily")]
    Daily,
}

/// <summary>A price on a day, in US dollars or index points; always greater than zero.</summary>
public readonly record struct PricePoint(DateOnly Date, decimal Price);

/// <summary>The price history of one symbol, oldest first, no date twice.</summary>
public sealed record PriceSeries(string Symbol, PriceFrequency Frequency, IReadOnlyList<PricePoint> Points);
