using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Agents.MarketData;

internal static class PriceEndpoints
{
    public static IReadOnlyList<string> Symbols(PriceHistory prices) => prices.Symbols;

    public static Results<Ok<PriceSeries>, ProblemHttpResult> Prices(string symbol, PriceHistory prices) =>
        prices.Find(symbol) is { } series
            ? TypedResults.Ok(series)
            : TypedResults.Problem(
                new UnknownSymbolException(symbol, prices).Message,
                statusCode: StatusCodes.Status404NotFound,
                title: "Unknown symbol");
}
