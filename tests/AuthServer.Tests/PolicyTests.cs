using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("TX2", "T15", "T16", "T19")]
public sealed class PolicyTests
{
    [Fact]
    public async Task A_scope_beyond_the_edge_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score trade.propose"), 400, "invalid_scope", "scope_not_granted");
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task A_scope_that_nobody_has_heard_of_is_refused()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", "everything"), 400, "invalid_scope", "scope_not_granted");
    }

    [Fact]
    public async Task A_callee_without_an_edge_is_refused_and_the_description_names_the_edge()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "archive", "relay");

        Refused.Because(server, answer, 400, "invalid_target", "no_edge");
        Assert.Contains("advisor may not call archive", answer["error_description"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("spiffe://agentmesh.local/agent/risk-analyst/x")]
    [InlineData("spiffe://agentmesh.local/agent/risk-analys")]
    [InlineData("spiffe://partner.example/agent/risk-analyst")]
    [InlineData("RISK-ANALYST")]
    public async Task An_unknown_callee_is_refused(string audience)
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), audience), 400, "invalid_target", "unknown_callee");
    }

    [Theory]
    [InlineData("local")]
    [InlineData("auth-server")]
    public async Task Only_agents_can_be_called(string audience)
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), audience), 400, "invalid_target", "no_edge");
    }

    [Fact]
    public async Task A_callee_of_mTLS_alone_needs_no_token()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "market-data", "market.read");

        Refused.Because(server, answer, 400, "invalid_target", "mtls_callee");
        Assert.Contains("no token is needed", answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_serves_nobody_can_call_nobody()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf("advisor").ExchangeOwnSvidAsync("risk-analyst", "risk.score"), 400, "invalid_request", "not_serving");
    }

    [Fact]
    public async Task A_request_that_does_not_justify_the_call_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var relayed = server.Sign(server.Describe("risk-analyst", "risk-analyst", "trader", "relay"));

        Refused.Because(server, await server.ClientOf("trader").ExchangeAsync(relayed, "risk-analyst", "risk.score"), 400, "invalid_request", "not_serving");
    }

    [Theory]
    [InlineData("account.read")]
    [InlineData("trade.propose account.read")]
    [InlineData("account.read trade.propose")]
    public async Task A_scope_that_the_request_being_served_does_not_justify_is_refused(string scope)
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var answer = await advisor.ExchangeAsync(server.AdviceToken(), "trader", scope);

        Refused.Because(server, answer, 400, "invalid_request", "not_serving");
        Assert.Contains("with scope account.read only while serving a request that carries scope account.read", answer["error_description"], StringComparison.Ordinal);
        var honest = await advisor.ExchangeAsync(AccountToken(server), "trader", scope);
        Assert.Equal((200, scope), (honest.Status, (string?)honest.Claims["scope"]));
    }

    [Fact]
    public async Task Without_a_scope_the_edge_grants_what_the_request_being_served_justifies()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        Assert.Equal("trade.propose", (string?)(await advisor.ExchangeAsync(server.AdviceToken(), "trader")).Claims["scope"]);
        Assert.Equal("account.read trade.propose", (string?)(await advisor.ExchangeAsync(AccountToken(server), "trader")).Claims["scope"]);
    }

    [Fact]
    public async Task A_scope_that_needs_a_persons_approval_is_not_exchanged_for()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "trader", "trade.execute");

        Refused.Because(server, answer, 400, "invalid_scope", "approval_required");
        Assert.Contains("CIBA", answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_scope_the_edge_grants_what_needs_no_approval()
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "trader");

        Assert.Equal("trade.propose", answer["scope"]);
        Assert.Equal("trade.propose", (string?)answer.Claims["scope"]);
    }

    [Fact]
    public async Task A_resource_is_the_callees_SPIFFE_ID()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        (string, string)[] request = [("grant_type", TestClient.TokenExchange), ("subject_token", server.AdviceToken()), ("subject_token_type", TestClient.AccessTokenType)];

        var byResource = await advisor.PostAsync("token", [.. request, ("resource", TestMesh.IdOf("risk-analyst"))]);
        Assert.Equal(TestMesh.IdOf("risk-analyst"), (string?)byResource.Claims["aud"]);

        Refused.Because(server, await advisor.PostAsync("token", [.. request, ("resource", "risk-analyst")]), 400, "invalid_target", "unknown_callee");
        Refused.Because(server, await advisor.PostAsync("token", request), 400, "invalid_target", "no_target");
    }

    [Fact]
    public async Task Audience_and_resource_name_one_callee()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var agreeing = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", null, ("resource", TestMesh.IdOf("risk-analyst")));
        Assert.Equal(200, agreeing.Status);
        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", null, ("resource", TestMesh.IdOf("trader"))), 400, "invalid_target", "many_targets");
        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", null, ("audience", "trader")), 400, "invalid_target", "many_targets");
    }

    private static string AccountToken(RunningServer server) => server.Sign(server.Describe("local", "local", "advisor", "portfolio.advise account.read"));
}
