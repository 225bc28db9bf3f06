using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("TX4", "T17", "T18", "T20", "T21", "T22")]
public sealed class SubjectTokenTests
{
    [Fact]
    public async Task A_token_issued_for_somebody_else_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var forAdvisor = server.AdviceToken();

        Refused.Because(server, await server.ClientOf("trader").ExchangeAsync(forAdvisor, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_not_for_client");
        Assert.Equal(200, (await server.ClientOf("advisor").ExchangeAsync(forAdvisor, "risk-analyst", "risk.score")).Status);
    }

    [Fact]
    public async Task The_JWT_SVID_of_somebody_else_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var stolen = server.ClientOf("local").JwtSvid;

        var answer = await server.ClientOf("guest").PostAsync("token",
            ("grant_type", TestClient.TokenExchange), ("subject_token", stolen), ("subject_token_type", TestClient.JwtType), ("audience", "advisor"));

        Refused.Because(server, answer, 400, "invalid_request", "subject_token_not_own");
    }

    [Fact]
    public async Task An_actor_token_of_somebody_else_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var stolen = server.ClientOf("trader").JwtSvid;

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Actor(stolen)), 400, "invalid_request", "actor_token_not_own");
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Actor(advisor.JwtSvid))).Status);
    }

    [Fact]
    public async Task A_may_act_that_names_somebody_else_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var token = server.Describe("local", "local", "advisor", "portfolio.advise");

        var others = server.Sign(token with { MayAct = TestMesh.IdOf("trader") });
        Refused.Because(server, await advisor.ExchangeAsync(others, "risk-analyst", "risk.score"), 400, "invalid_request", "may_act");

        var own = server.Sign(token with { MayAct = TestMesh.IdOf("advisor") });
        Assert.Equal(200, (await advisor.ExchangeAsync(own, "risk-analyst", "risk.score")).Status);
    }

    [Theory]
    [InlineData("""{"sub":"spiffe://agentmesh.local/agent/trader"}""")]
    [InlineData("""{}""")]
    [InlineData("\"spiffe://agentmesh.local/operator/local\"")]
    public async Task A_may_act_in_a_JWT_SVID_that_does_not_name_the_client_is_refused(string mayAct)
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");
        var svid = server.Authority.IssueJwt(local.Svid!.Id, TestMesh.Issuer, shape: new JwtShape { Claims = new Dictionary<string, JsonNode?> { ["may_act"] = JsonNode.Parse(mayAct) } });

        var answer = await local.PostAsync("token",
            ("grant_type", TestClient.TokenExchange), ("subject_token", svid), ("subject_token_type", TestClient.JwtType), ("audience", "advisor"));

        Refused.Because(server, answer, 400, "invalid_request", "may_act");
    }

    [Fact]
    public async Task A_chain_of_actors_ends_where_the_manifest_says()
    {
        await using var server = await RunningServer.StartAsync();
        var auditor = server.ClientOf("auditor");

        var atTheLimit = server.Sign(server.Describe("local", "advisor", "auditor", "relay", "advisor"));
        var fits = await auditor.ExchangeAsync(atTheLimit, "archive", "relay");
        Assert.Equal(200, fits.Status);
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)fits.Claims["act"]!["act"]!["sub"]);

        var beyond = server.Sign(server.Describe("local", "trader", "auditor", "relay", "trader", "advisor"));
        Refused.Because(server, await auditor.ExchangeAsync(beyond, "archive", "relay"), 400, "invalid_request", "too_deep");
    }

    [Theory]
    [InlineData("trader")]
    [InlineData("advisor")]
    public async Task A_chain_never_returns_to_somebody_who_is_in_it(string callee)
    {
        await using var server = await RunningServer.StartAsync();
        // advisor -> trader -> risk-analyst, who turns back to either of them.
        var token = server.Sign(server.Describe("advisor", "trader", "risk-analyst", "risk.score", "trader"));
        var riskAnalyst = server.ClientOf("risk-analyst");

        Refused.Because(server, await riskAnalyst.ExchangeAsync(token, callee, "relay"), 400, "invalid_request", "loop");
        Assert.Equal(200, (await riskAnalyst.ExchangeAsync(token, "auditor", "relay")).Status);
    }

    [Fact]
    public async Task A_token_never_outlives_the_one_it_comes_from()
    {
        await using var server = await RunningServer.StartAsync();
        var parent = server.Describe("local", "local", "advisor", "portfolio.advise");
        var token = server.Sign(parent);
        server.Time.Advance(TimeSpan.FromMinutes(4));

        var answer = await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score");

        Assert.Equal(parent.ExpiresAt.ToUnixTimeSeconds(), (long)answer.Claims["exp"]!);
        Assert.InRange((int)answer.Body["expires_in"]!, 58, 60);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.AdviceToken();
        server.Time.Advance(TimeSpan.FromMinutes(5));

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
    }

    [Fact]
    public async Task A_revoked_token_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.AdviceToken();
        await server.ClientOf("local").PostAsync("revoke", ("token", token));

        Refused.Because(server, await server.ClientOf("advisor").ExchangeAsync(token, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
    }

    [Fact]
    public async Task Nothing_is_issued_that_is_bound_to_nothing()
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");
        (string, string)[] form =
        [
            ("grant_type", TestClient.TokenExchange), ("subject_token", local.JwtSvid), ("subject_token_type", TestClient.JwtType), ("audience", "advisor"),
            ("client_assertion_type", TestClient.SpiffeAssertionType), ("client_assertion", local.JwtSvid),
        ];

        Refused.Because(server, await server.AnonymousClient().PostAsync("token", form), 400, "invalid_request", "sender_constraint_required");
        Assert.Equal("jwt-svid", server.Audit.Last.Authentication);
        Assert.Equal(200, (await local.PostAsync("token", form)).Status);
    }

    [Theory]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("scope", "risk.score offline_access")]
    public async Task A_refresh_token_is_never_issued(string name, string value)
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", null, (name, value));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Error));
        Assert.Equal("deny", server.Audit.Last.Decision);
    }

    private static (string, string)[] Actor(string token) => [("actor_token", token), ("actor_token_type", TestClient.JwtType)];
}
