using Microsoft.AspNetCore.Http.HttpResults;

namespace AgentMesh.Agents.MarketData;

internal static class PriceEndpoints
{
    public static IReadOnlyList<string> Symbols(PriceHistory prices) => prices.Symbols;

    public static Results<Ok<PriceSeries>, ProblemHttpResult> Prices(string symbol, PriceHistory prices) =>
        prices.Find(symbol) is { } series
            ? TypedResults.Ok(series)
            : TypedResults.Problem(
                $"There are no prices for {Name(symbol)}. Known symbols: {string.Join(", ", prices.Symbols)}.",
                statusCode: StatusCodes.Status404NotFound,
                title: "Unknown symbol");

    // The answer may be read by another agent's model: free text that somebody put in a URL is not repeated to it.
    private static string Name(string symbol) => Ticker.IsValid(symbol.ToUpperInvariant()) ? symbol : "that symbol";
}
