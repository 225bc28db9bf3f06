using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

/// <summary>What a client is granted or refused does not depend on whether it proves itself with an X509-SVID or with a JWT-SVID and a DPoP proof.</summary>
[Proves("SC1", "DP1", "TX1", "TX2", "TX3", "TX4")]
public sealed class ClientMethodTests
{
    private static readonly Dictionary<string, Func<RunningServer, ClientMethod, Task<Answer>>> Granted = new()
    {
        ["a task begins"] = (server, by) => server.ClientBy(by, "local").ExchangeOwnSvidAsync("advisor", "portfolio.advise"),
        ["a request is served"] = (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "risk-analyst", "risk.score"),
        ["a chain grows"] = (server, by) => server.ClientBy(by, "trader").ExchangeAsync(Sign(server, server.Describe("local", "advisor", "trader", "trade.propose", "advisor")), "risk-analyst", "risk.score"),
        ["no scope named"] = (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "trader"),
        ["a token near its end"] = (server, by) =>
        {
            var parent = server.Describe("local", "local", "advisor", "portfolio.advise") with { Id = "parent", TransactionId = "task", ExpiresAt = server.Time.GetUtcNow() + TimeSpan.FromMinutes(1) };
            return server.ClientBy(by, "advisor").ExchangeAsync(server.Sign(parent), "risk-analyst", "risk.score");
        },
        ["a subject token bound to a key"] = (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(
            Sign(server, server.Describe("local", "local", "advisor", "portfolio.advise") with { Thumbprint = null, ProofKey = "the local operator's" }), "risk-analyst", "risk.score"),
    };

    private static readonly Dictionary<string, (string Error, string Reason, Func<RunningServer, ClientMethod, Task<Answer>> Ask)> Denied = new()
    {
        ["a scope beyond the edge"] = ("invalid_scope", "scope_not_granted", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "risk-analyst", "risk.score trade.propose")),
        ["no edge"] = ("invalid_target", "no_edge", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "archive", "relay")),
        ["an unknown callee"] = ("invalid_target", "unknown_callee", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "nobody")),
        ["a callee of mTLS alone"] = ("invalid_target", "mtls_callee", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "market-data", "market.read")),
        ["nothing is served"] = ("invalid_request", "not_serving", (server, by) => server.ClientBy(by, "advisor").ExchangeOwnSvidAsync("risk-analyst", "risk.score")),
        ["a scope that needs approval"] = ("invalid_scope", "approval_required", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "trader", "trade.execute")),
        ["somebody else's subject token"] = ("invalid_request", "subject_token_not_for_client", (server, by) => server.ClientBy(by, "trader").ExchangeAsync(Advice(server), "risk-analyst", "risk.score")),
        ["a chain too deep"] = ("invalid_request", "too_deep", (server, by) => server.ClientBy(by, "auditor").ExchangeAsync(
            server.Sign(server.Describe("local", "trader", "auditor", "relay", "trader", "advisor")), "archive", "relay")),
        ["a chain that returns"] = ("invalid_request", "loop", (server, by) => server.ClientBy(by, "risk-analyst").ExchangeAsync(
            server.Sign(server.Describe("advisor", "trader", "risk-analyst", "risk.score", "trader")), "trader", "relay")),
        ["a token that has ended"] = ("invalid_request", "subject_token_invalid", AskTooLateAsync),
        ["a revoked token"] = ("invalid_request", "subject_token_revoked", AskRevokedAsync),
        ["a may_act for another"] = ("invalid_request", "may_act", (server, by) => server.ClientBy(by, "advisor").ExchangeAsync(
            server.Sign(server.Describe("local", "local", "advisor", "portfolio.advise") with { MayAct = TestMesh.IdOf("trader") }), "risk-analyst", "risk.score")),
        ["a disabled client"] = ("unauthorized_client", "client_disabled", AskDisabledAsync),
        ["a stranger"] = ("unauthorized_client", "unknown_client", (server, by) => server.ClientBy(by, "stranger").ExchangeAsync(Advice(server), "risk-analyst")),
    };

    public static TheoryData<string> Grants => [.. Granted.Keys];

    public static TheoryData<string, ClientMethod> Refusals => new(Denied.Keys.SelectMany(name => Enum.GetValues<ClientMethod>().Select(method => (name, method))));

    [Theory]
    [MemberData(nameof(Grants))]
    public async Task Both_ways_yield_the_same_grant(string name)
    {
        await using var server = await RunningServer.StartAsync();

        var byCertificate = await Granted[name](server, ClientMethod.X509);
        Assert.Equal("mtls", server.Audit.Last.Authentication);
        var byAssertion = await Granted[name](server, ClientMethod.Jwt);
        Assert.Equal("jwt-svid+dpop", server.Audit.Last.Authentication);

        Assert.Equal((200, 200), (byCertificate.Status, byAssertion.Status));
        Assert.Equal(("Bearer", "DPoP"), (byCertificate["token_type"], byAssertion["token_type"]));
        Assert.Equal((byCertificate["scope"], (int)byCertificate.Body["expires_in"]!), (byAssertion["scope"], (int)byAssertion.Body["expires_in"]!));
        Assert.Equal(WithoutBinding(byCertificate), WithoutBinding(byAssertion));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Both_ways_are_refused_the_same(string name, ClientMethod method)
    {
        await using var server = await RunningServer.StartAsync();

        var (error, reason, ask) = Denied[name];
        Refused.Because(server, await ask(server, method), 400, error, reason);
    }

    [Theory]
    [InlineData(ClientMethod.X509)]
    [InlineData(ClientMethod.Jwt)]
    public async Task A_token_is_bound_to_what_its_client_proved(ClientMethod method)
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientBy(method, "local");

        var confirmation = (await local.ExchangeOwnSvidAsync("advisor", "portfolio.advise")).Claims["cnf"]!.AsObject();

        var (name, value) = Assert.Single(confirmation);
        Assert.Equal(method == ClientMethod.X509 ? ("x5t#S256", local.Svid!.Thumbprint) : ("jkt", local.Prover.Thumbprint), (name, (string?)value));
    }

    [Theory]
    [InlineData(ClientMethod.X509)]
    [InlineData(ClientMethod.Jwt)]
    public async Task A_person_approves_what_either_asks(ClientMethod method)
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, local) = (server.ClientBy(method, "advisor"), server.ClientOf("local"));
        var asked = await advisor.PostAsync("bc-authorize", ("scope", "trade.execute"), ("audience", "trader"),
            ("login_hint_token", server.AdviceToken()), ("authorization_details", """[{"type":"order"}]"""));
        Assert.Equal(200, asked.Status);
        var pending = Assert.Single((await local.GetAsync("approvals")).Body["items"]!.AsArray())!;
        await local.PostAsync($"approvals/{pending["id"]}/approve");

        var granted = await advisor.PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!));

        Assert.Equal((200, "trade.execute"), (granted.Status, granted["scope"]));
        Assert.Equal(method == ClientMethod.X509 ? "Bearer" : "DPoP", granted["token_type"]);
    }

    private static Task<Answer> AskTooLateAsync(RunningServer server, ClientMethod by)
    {
        var token = Advice(server);
        server.Time.Advance(TimeSpan.FromMinutes(5));
        return server.ClientBy(by, "advisor").ExchangeAsync(token, "risk-analyst", "risk.score");
    }

    private static async Task<Answer> AskRevokedAsync(RunningServer server, ClientMethod by)
    {
        var token = Advice(server);
        await server.ClientOf("local").PostAsync("revoke", ("token", token));
        return await server.ClientBy(by, "advisor").ExchangeAsync(token, "risk-analyst", "risk.score");
    }

    private static async Task<Answer> AskDisabledAsync(RunningServer server, ClientMethod by)
    {
        await server.ClientOf("local").PostAsync("parties/advisor/disable");
        return await server.ClientBy(by, "advisor").ExchangeAsync(Advice(server), "risk-analyst", "risk.score");
    }

    // The same task for both, so that their tokens can be compared.
    private static string Advice(RunningServer server) => Sign(server, server.Describe("local", "local", "advisor", "portfolio.advise"));

    private static string Sign(RunningServer server, AuthServer.Tokens.AccessToken token) => server.Sign(token with { Id = "parent", TransactionId = "task" });

    private static string WithoutBinding(Answer answer)
    {
        var claims = answer.Claims;
        claims.Remove("jti");
        claims.Remove("cnf");
        if ((string?)claims["txn"] is not "task")
        {
            claims.Remove("txn");
        }
        return claims.ToJsonString();
    }
}
