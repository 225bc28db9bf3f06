using AgentMesh.SemanticKernel.Tools;

namespace AgentMesh.Agents.MarketData;

/// <summary>There are no prices for what somebody asked for.</summary>
internal sealed class UnknownSymbolException(string symbol, PriceHistory prices)
    : Exception($"There are no prices for {Name(symbol)}. Known symbols: {string.Join(", ", prices.Symbols)}."), IToolFailure
{
    public string Reason => "symbol_unknown";

    // The answer may be read by another agent's model: free text that somebody asked with is not repeated to it.
    private static string Name(string symbol) => Ticker.IsValid(symbol.ToUpperInvariant()) ? symbol : "that symbol";
}
