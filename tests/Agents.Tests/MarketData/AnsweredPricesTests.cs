using System.Text.Json;
using AgentMesh.A2A.Mesh;

namespace AgentMesh.Agents.Tests.MarketData;

/// <summary>What MarketData's callers take for an answer: another symbol's price would be drafted, traded and scored as if it were this one's.</summary>
public sealed class AnsweredPricesTests
{
    [Theory]
    [InlineData("""{"series":[{"symbol":"IBM","points":[{"date":"2010-03-01","price":125.55}]},{"symbol":"MSFT","points":[{"date":"2010-03-01","price":28.8}]}]}""", true)]
    [InlineData("""{"series":[{"symbol":"MSFT","points":[{"date":"2010-03-01","price":28.8}]},{"symbol":"IBM","points":[{"date":"2010-03-01","price":125.55}]}]}""", false)]
    [InlineData("""{"series":[{"symbol":"IBM","points":[{"date":"2010-03-01","price":125.55}]},{"symbol":"AAPL","points":[{"date":"2010-03-01","price":223.02}]}]}""", false)]
    [InlineData("""{"series":[{"symbol":"IBM","points":[{"date":"2010-03-01","price":125.55}]}]}""", false)]
    [InlineData("""{"series":[{"symbol":"IBM","points":[{"date":"2010-03-01","price":125.55}]},{"symbol":"MSFT"}]}""", false)]
    [InlineData("""{"series":[null,null]}""", false)]
    [InlineData("""{"series":[]}""", false)]
    [InlineData("{}", false)]
    public void Only_the_series_that_were_asked_for_in_their_order_are_an_answer(string answer, bool fits)
    {
        string[] symbols = ["ibm", "MSFT"];

        Assert.Equal(fits, Read<Agents.Advisor.Prices>(answer).Are(symbols));
        Assert.Equal(fits, Read<Agents.RiskAnalyst.Prices>(answer).Are(symbols));
        Assert.Equal(fits, Read<Agents.Trader.Prices>(answer).Are(symbols));
    }

    private static T Read<T>(string answer) => JsonSerializer.Deserialize<T>(answer, SkillJson.Options)!;
}
