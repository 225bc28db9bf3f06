using System.Text.Json;
using AgentMesh.Agents.Advisor;
using AgentMesh.SemanticKernel;
using AgentMesh.SemanticKernel.Rules;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using FunctionCallContent = Microsoft.Extensions.AI.FunctionCallContent;

namespace AgentMesh.Agents.Tests.Advisor;

/// <summary>What the rule-based model makes of the Advisor's tools, which it knows by their schemas alone.</summary>
public sealed class PlanTests
{
    private const string Portfolio = """{"id":"port-abc","name":"Large-cap technology","currency":"USD","holdings":[{"symbol":"MSFT","weight":0.6},{"symbol":"IBM","weight":0.4}]}""";

    [Theory]
    [InlineData("How risky is port-abc, and which order would lower its risk?", "get_risk() draft_order(rebalance)")]
    [InlineData("How risky is my portfolio?", "get_risk()")]
    [InlineData("What is the Sharpe ratio?", "get_risk()")]
    [InlineData("What is the worst loss I could have had, and the VaR?", "get_risk()")]
    [InlineData("How volatile is it?", "get_risk()")]
    [InlineData("How did MSFT perform?", "get_prices(MSFT)")]
    [InlineData("Show me the prices", "get_prices(MSFT,IBM)")]
    [InlineData("What was the price of GOOG?", "get_prices(GOOG)")]
    [InlineData("Which order would buy 10 % GOOG?", "draft_order(buy GOOG 0.1)")]
    [InlineData("Draft an order to sell 5% of IBM", "draft_order(sell IBM 0.05)")]
    [InlineData("Sell all IBM", "draft_order(sell IBM)")]
    [InlineData("Rebalance it", "draft_order(rebalance)")]
    [InlineData("Diversify", "draft_order(rebalance)")]
    [InlineData("Place an order to buy 10 % MSFT now", "place_order(buy MSFT 0.1)")]
    [InlineData("What is the weather?", "")]
    public async Task A_question_leads_to_these_calls(string question, string calls)
    {
        var tools = new Kernel().AddTools(new PortfolioTools(null!, null!, null!, null!), "portfolio");
        using var model = new RuleBasedChatClient();

        var response = await model.GetResponseAsync(
            [new(ChatRole.User, Portfolio), new(ChatRole.User, question)],
            new ChatOptions { Tools = [.. tools] },
            TestContext.Current.CancellationToken);

        Assert.Equal(calls, string.Join(' ', response.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Select(Describe)));
    }

    private static string Describe(FunctionCallContent call) =>
        $"{call.Name.Replace("portfolio_", "")}({string.Join(' ', new[] { "symbols", "action", "symbol", "weight" }.Where(call.Arguments!.ContainsKey).Select(name => Describe((JsonElement)call.Arguments![name]!)))})";

    private static string Describe(JsonElement value) => value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray()) : value.ToString();
}
