using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

public sealed class SharedConnectionTests
{
    [Fact]
    [Proves("TX1", "SC1")]
    public async Task Requests_that_run_at_once_on_one_connection_are_all_answered()
    {
        await using var server = await RunningServer.StartAsync();

        // The first requests of a connection race to validate its SVID; several connections make the race likely.
        for (var connection = 0; connection < 20; connection++)
        {
            var local = server.ClientOf("local");
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => local.ExchangeOwnSvidAsync("advisor", "portfolio.advise")));

            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        }
    }
}
