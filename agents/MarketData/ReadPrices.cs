using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.MarketData;

/// <summary>Whose prices are asked for.</summary>
/// <param name="Symbols">The symbols, in any case.</param>
/// <param name="Last">How many of the newest prices of each; null: all that there are.</param>
internal sealed record PricesRequest(IReadOnlyList<string?>? Symbols, int? Last);

/// <summary>What there is.</summary>
/// <param name="Series">One a symbol, in the order in which they were asked for.</param>
internal sealed record PricesAnswer(IReadOnlyList<PriceSeries> Series);

/// <summary>The agent's skill: any number of series in one task.</summary>
[Skill("read-prices", "market.read",
    Name = "Read prices",
    Description = "Reads the price history of symbols, oldest first. Takes {\"symbols\":[…]}, and {\"last\":1} where the newest prices of each are enough.",
    Tags = ["prices", "market"],
    Examples = ["""{"symbols":["MSFT","IBM"],"last":1}"""])]
internal sealed class ReadPrices(PriceHistory prices) : SkillHandler<PricesRequest, PricesAnswer>
{
    private const int MostSymbols = 500;

    protected override Task<PricesAnswer> RunAsync(PricesRequest request, AgentTaskContext task, CancellationToken cancellationToken)
    {
        if (request.Symbols is not { Count: > 0 and <= MostSymbols } symbols)
            throw SkillException.BadRequest($"Give symbols: from 1 to {MostSymbols}.");
        if (request.Last is < 1)
            throw SkillException.BadRequest("Give last as 1 or more, or leave it out for all prices.");
        // Each symbol once: an answer is never larger than what there is.
        return Task.FromResult(new PricesAnswer([.. symbols.Distinct(StringComparer.OrdinalIgnoreCase).Select(symbol => Newest(Find(symbol ?? ""), request.Last))]));
    }

    private PriceSeries Find(string symbol)
    {
        if (prices.Find(symbol) is { } series)
            return series;
        var unknown = new UnknownSymbolException(symbol, prices);
        throw new SkillException(unknown.Reason, unknown.Message, isCallersFault: true, unknown);
    }

    private static PriceSeries Newest(PriceSeries series, int? last) =>
        last < series.Points.Count ? series with { Points = [.. series.Points.Skip(series.Points.Count - last.Value)] } : series;
}
