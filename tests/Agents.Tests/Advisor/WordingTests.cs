using System.Text.Json;
using AgentMesh.Agents.Advisor;
using AgentMesh.SemanticKernel;
using AgentMesh.SemanticKernel.Rules;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using FunctionCallContent = Microsoft.Extensions.AI.FunctionCallContent;
using FunctionResultContent = Microsoft.Extensions.AI.FunctionResultContent;

namespace AgentMesh.Agents.Tests.Advisor;

public sealed class WordingTests
{
    private static readonly RiskScore Score = new(
        new(2004, 8, 1), new(2010, 3, 1), "monthly", 67, 0.27546, 0.2438, 1.04783, 0.11785, 0.44195, 0.02,
        [new("MSFT", 0.6, 0.25, 0.55), new("IBM", 0.4, 0.21, 0.45)]);

    [Fact]
    public async Task A_score_is_said_in_one_sentence_with_its_own_numbers() => Assert.Equal(
        "Risk of the portfolio: from 2004-08-01, to 2010-03-01, monthly returns 67, annual return 27.55 %, annual volatility 24.38 %, Sharpe ratio 1.0478, "
        + "at a risk-free rate of 2 %, value at risk of one month (VaR 95) 11.79 %, maximum drawdown 44.2 %, shares of the risk: MSFT 55 %; IBM 45 %.",
        await SayAsync("How risky is it?", "portfolio_get_risk", RiskSummary.Of(Score)));

    [Fact]
    public async Task A_draft_is_said_line_by_line_with_the_risk_before_and_after() => Assert.Equal(
        "A drafted order, not placed: lines: buy IBM 10 %, from 40 %, to 50 %; sell MSFT 10 %, from 60 %, to 50 %, "
        + "risk before (annual volatility 24.38 %, Sharpe ratio 1.0478, VaR 95 11.79 %, maximum drawdown 44.2 %), "
        + "risk after (annual volatility 20 %, VaR 95 11.79 %, maximum drawdown 44.2 %).",
        await SayAsync("Rebalance it", "portfolio_draft_order", OrderSummary.Of(new(
            "draft", OrderAction.Rebalance,
            [new("IBM", "buy", 0.1, 0.4, 0.5, 125, new(2010, 3, 1)), new("MSFT", "sell", 0.1, 0.6, 0.5, 28, new(2010, 3, 1))],
            [], Score, Score with { AnnualVolatility = 0.2, SharpeRatio = null }))));

    [Fact]
    public async Task Prices_are_said_symbol_by_symbol() => Assert.Equal(
        "MSFT, from 2000-01-01, to 2000-03-01, first price 40, newest price 30, change -25 %, minimum 20, maximum 40.",
        await SayAsync("How did it perform?", "portfolio_get_prices", new[] { PriceSummary.Of(new("MSFT", [new(new(2000, 1, 1), 40), new(new(2000, 2, 1), 20), new(new(2000, 3, 1), 30)])) }));

    private static async Task<string> SayAsync(string question, string tool, object result)
    {
        using var model = new RuleBasedChatClient();
        var options = new ChatOptions { Tools = [.. new Kernel().AddTools(new PortfolioTools(null!, null!, null!), "portfolio")] };
        var text = (await model.GetResponseAsync(
            [
                new(ChatRole.User, question),
                new(ChatRole.Assistant, [new FunctionCallContent("1", tool)]),
                new(ChatRole.Tool, [new FunctionResultContent("1", JsonSerializer.SerializeToElement(result, AIJsonUtilities.DefaultOptions))]),
            ],
            options,
            TestContext.Current.CancellationToken)).Text;
        Assert.EndsWith("\n" + AnswerComposer.Closing, text, StringComparison.Ordinal);
        return text[..text.IndexOf('\n', StringComparison.Ordinal)];
    }
}
