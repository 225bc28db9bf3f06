using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.AuthServer.Tests;

/// <summary>A revoked token takes along what was exchanged from it, however many hops away.</summary>
[Proves("RV1", "T21", "T31")]
public sealed class CascadeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whichever_token_of_a_chain_is_revoked_it_and_those_after_it_are_refused_and_those_before_it_pass(int revoked)
    {
        await using var server = await RunningServer.StartAsync();
        var chain = await ChainAsync(server);

        Assert.Equal(200, (await server.ClientOf("local").PostAsync("revoke", ("token", chain[revoked]))).Status);

        for (var hop = 0; hop < chain.Length; hop++)
        {
            var active = (bool)(await server.ClientOf("local").PostAsync("introspect", ("token", chain[hop]))).Body["active"]!;
            Assert.Equal((hop, hop < revoked), (hop, active));
        }
        Refused.Because(server, await server.ClientOf("trader").ExchangeAsync(chain[2], "auditor", "relay"), 400, "invalid_request", "subject_token_revoked");
    }

    [Fact]
    public async Task A_token_known_by_its_identifier_alone_takes_its_descendants_along()
    {
        await using var server = await RunningServer.StartAsync();
        var (chain, other) = (await ChainAsync(server), await ChainAsync(server));

        Assert.Equal(200, (await server.ClientOf("local").PostAsync($"tokens/{Jwt.Payload(chain[0])["jti"]}/revoke")).Status);

        Refused.Because(server, await server.ClientOf("risk-analyst").ExchangeAsync(chain[1], "trader", "relay"), 400, "invalid_request", "subject_token_revoked");
        Assert.Equal(200, (await server.ClientOf("risk-analyst").ExchangeAsync(other[1], "trader", "relay")).Status);
    }

    [Fact]
    public async Task Each_token_names_all_that_it_comes_from_nearest_first()
    {
        await using var server = await RunningServer.StartAsync();
        var claims = (await ChainAsync(server)).Select(Jwt.Payload).ToArray();

        Assert.False(claims[0].ContainsKey("ancestors"));
        Assert.Equal([(string?)claims[0]["jti"]], claims[1]["ancestors"]!.AsArray().Select(each => (string?)each));
        Assert.Equal([(string?)claims[1]["jti"], (string?)claims[0]["jti"]], claims[2]["ancestors"]!.AsArray().Select(each => (string?)each));
    }

    [Fact]
    public async Task An_approved_token_ends_with_the_token_that_its_task_began_with()
    {
        await using var server = await RunningServer.StartAsync();
        var advice = await server.ClientOf("local").ExchangeOwnSvidAsync("advisor", "portfolio.advise");
        var asked = await server.ClientOf("advisor").PostAsync("bc-authorize", ("scope", "trade.execute"), ("audience", "trader"),
            ("login_hint_token", advice.Token), ("authorization_details", """[{"type":"order"}]"""));
        var pending = Assert.Single((await server.ClientOf("local").GetAsync("approvals")).Body["items"]!.AsArray())!;
        await server.ClientOf("local").PostAsync($"approvals/{pending["id"]}/approve");
        var approved = await server.ClientOf("advisor").PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!));
        Assert.True((bool)(await server.ClientOf("trader").PostAsync("introspect", ("token", approved.Token))).Body["active"]!);

        await server.ClientOf("local").PostAsync("revoke", ("token", advice.Token));

        Assert.False((bool)(await server.ClientOf("trader").PostAsync("introspect", ("token", approved.Token))).Body["active"]!);
    }

    [Fact]
    public async Task No_agent_fills_everybodys_list_of_what_is_revoked()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        Assert.Equal(200, (await advisor.PostAsync("revoke", ("token", Own()))).Status);
        // The others as the log would bring them.
        for (var i = 1; i < 1000; i++)
        {
            server.Services.GetRequiredService<RevocationList>().Apply(new SecurityEventRow
            {
                Id = $"e{i}",
                Kind = SecurityEventKind.TokenRevoked,
                Subject = $"t{i}",
                ExpiresAt = server.Time.GetUtcNow().AddMinutes(5),
                InitiatedBy = advisor.Id,
            });
        }

        var refused = await advisor.PostAsync("revoke", ("token", Own()));

        Assert.Equal(("temporarily_unavailable", "too_many_revocations"), (refused.Error, server.Audit.Last.Reason));
        Assert.Equal(503, refused.Status);
        Assert.Equal(200, (await server.ClientOf("local").PostAsync("revoke", ("token", Own()))).Status);
        server.Time.Advance(TimeSpan.FromMinutes(6));
        server.Services.GetRequiredService<RevocationList>().RemoveExpired();
        Assert.Equal(200, (await advisor.PostAsync("revoke", ("token", Own()))).Status);
        Assert.Equal(200, (await server.ClientOf("trader").PostAsync("revoke", ("token", server.Sign(server.Describe("local", "trader", "risk-analyst", "risk.score", "trader"))))).Status);

        string Own() => server.Sign(server.Describe("local", "advisor", "trader", "trade.propose", "advisor"));
    }

    // local -> advisor -> risk-analyst -> trader: the tokens that each of the three was called with.
    private static async Task<string[]> ChainAsync(RunningServer server)
    {
        var advice = await server.ClientOf("local").ExchangeOwnSvidAsync("advisor", "portfolio.advise");
        var score = await server.ClientOf("advisor").ExchangeAsync(advice.Token, "risk-analyst", "risk.score");
        var relay = await server.ClientOf("risk-analyst").ExchangeAsync(score.Token, "trader", "relay");
        return [advice.Token, score.Token, relay.Token];
    }
}
