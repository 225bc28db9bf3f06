using System.ComponentModel;
using AgentMesh.SemanticKernel;
using Microsoft.SemanticKernel;

namespace AgentMesh.Agents.MarketData;

/// <summary>The endpoints once more, as tools for models.</summary>
internal sealed class MarketTools(PriceHistory prices)
{
    [KernelFunction("get_symbols")]
    [RequireScope("market.read")]
    [Description("Lists the symbols that there are prices for.")]
    public IReadOnlyList<string> GetSymbols() => prices.Symbols;

    [KernelFunction("get_prices")]
    [RequireScope("market.read")]
    [Description("Reads the price history of a symbol, oldest first.")]
    public PriceSeries GetPrices([Description("The symbol, such as MSFT.")] string symbol) =>
        prices.Find(symbol) ?? throw new UnknownSymbolException(symbol, prices);
}
