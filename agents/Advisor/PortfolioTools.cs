using System.ComponentModel;
using AgentMesh.SemanticKernel;
using Microsoft.SemanticKernel;

namespace AgentMesh.Agents.Advisor;

/// <summary>
/// What the model may choose from while one question is answered. Each function is held to the scopes of the request being served,
/// and what it calls holds this agent to the manifest once more.
/// </summary>
internal sealed class PortfolioTools(RiskAnalystClient riskAnalyst, MarketDataClient marketData, DraftClient drafts)
{
    private const int MostSymbols = 20;

    private const string Actions =
        "rebalance: lowers, reduces, spreads, diversifies or evens out the risk of the whole; buy: adds, raises or increases one symbol; sell: trims, cuts, drops or removes one symbol";

    /// <summary>The newest result of <see cref="GetRiskAsync"/> and what it was for.</summary>
    public (IReadOnlyList<Holding> Holdings, RiskScore Score)? Scored { get; private set; }

    /// <summary>The newest result of <see cref="DraftOrderAsync"/>.</summary>
    public DraftOrder? Drafted { get; private set; }

    [KernelFunction("get_risk")]
    [RequireScope("portfolio.advise")]
    [Description("Scores how risky holdings are: annual return and volatility, Sharpe ratio, historical value at risk (VaR), maximum drawdown or worst loss. Fractions: 0.05 is 5 %.")]
    public async Task<RiskSummary> GetRiskAsync(
        [Description("The holdings; their weights add up to 1.")] IReadOnlyList<Holding> holdings,
        CancellationToken cancellationToken)
    {
        var score = await riskAnalyst.ScoreAsync(holdings, cancellationToken);
        Scored = (holdings, score);
        return RiskSummary.Of(score);
    }

    [KernelFunction("get_prices")]
    [RequireScope("portfolio.advise")]
    [Description("Summarises price history: first and newest price, change, minimum, maximum, and how a symbol performed.")]
    public async Task<IReadOnlyList<PriceSummary>> GetPricesAsync(
        [Description("The symbols.")] IReadOnlyList<string> symbols,
        CancellationToken cancellationToken) =>
        [.. (await marketData.GetPricesAsync([.. symbols.Distinct(StringComparer.OrdinalIgnoreCase).Take(MostSymbols)], cancellationToken)).Select(PriceSummary.Of)];

    [KernelFunction("draft_order")]
    [RequireScope("portfolio.advise")]
    [Description("Drafts an order that changes the holdings, so as to lower or spread their risk, to buy or to sell, and scores them before and after it. The order stays a draft.")]
    public async Task<OrderSummary> DraftOrderAsync(
        [Description("The holdings; their weights add up to 1.")] IReadOnlyList<Holding> holdings,
        [Description(Actions)] OrderAction action,
        CancellationToken cancellationToken,
        [Description("The symbol to buy or to sell; none to rebalance.")] string? symbol = null,
        [Description("How much of the value to move, as a fraction: 0.1 is 10 %. None to sell all of a symbol.")] double? weight = null)
    {
        var one = action != OrderAction.Rebalance;
        Drafted = await drafts.DraftAsync(holdings, action, one ? symbol : null, one ? weight : null, cancellationToken);
        return OrderSummary.Of(Drafted);
    }

    /// <summary>Which agent a function calls.</summary>
    public static string? CalleeOf(string function) => function switch
    {
        "get_risk" => "risk-analyst",
        "get_prices" => "market-data",
        "draft_order" or "propose_order" or "place_order" or "get_account" => "trader",
        _ => null,
    };
}
