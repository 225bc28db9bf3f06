using System.ComponentModel;

namespace AgentMesh.Agents.Advisor;

/// <summary>A price history in a few numbers.</summary>
internal sealed record PriceSummary(
    string Symbol,
    [property: Description("from")] DateOnly From,
    [property: Description("to")] DateOnly To,
    [property: Description("first price")] double First,
    [property: Description("newest price")] double Last,
    [property: Description("change, %")] double Change,
    [property: Description("minimum")] double Minimum,
    [property: Description("maximum")] double Maximum)
{
    public static PriceSummary Of(PriceSeries series)
    {
        var points = series.Points;
        return new(
            series.Symbol,
            points[0].Date,
            points[^1].Date,
            points[0].Price,
            points[^1].Price,
            points[^1].Price / points[0].Price - 1,
            points.Min(p => p.Price),
            points.Max(p => p.Price));
    }
}

/// <summary>What this agent reads of MarketData's answers.</summary>
internal sealed record Prices(IReadOnlyList<PriceSeries> Series)
{
    /// <summary>Whether they are what was asked for: as many series, each of the symbol in its place, none empty.</summary>
    public bool Are(IReadOnlyList<string> symbols) =>
        Series is not null && Series.Select(s => s?.Symbol).SequenceEqual(symbols, StringComparer.OrdinalIgnoreCase) && Series.All(s => s.Points is [_, ..]);
}

/// <inheritdoc cref="Prices"/>
internal sealed record PriceSeries(string Symbol, IReadOnlyList<PricePoint> Points);

/// <inheritdoc cref="Prices"/>
internal readonly record struct PricePoint(DateOnly Date, double Price);
