using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

/// <summary>RFC 9449 at the token endpoint.</summary>
[Proves("DP1", "SC1", "T22")]
public sealed class DpopTests
{
    public static TheoryData<string> Bad => [.. BadProofs.Kinds];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_proof_that_is_not_right_in_every_respect_is_refused(string kind)
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        var (proof, reason) = BadProofs.Of(kind, advisor.Prover, "POST", TestMesh.Issuer + "token", server.Time.GetUtcNow());

        Refused.Because(server, await AskAsync(server, advisor, proof), 400, "invalid_dpop_proof", reason);
        Assert.Equal(200, (await AskAsync(server, advisor, advisor.Prove())).Status);
    }

    [Fact]
    public async Task A_bad_proof_is_refused_over_mutual_TLS_too()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var (proof, reason) = BadProofs.Of("another method", advisor.Prover, "POST", TestMesh.Issuer + "token", server.Time.GetUtcNow());

        var answer = await advisor.PostProvenAsync("token", [proof], Exchange(server));

        Refused.Because(server, answer, 400, "invalid_dpop_proof", reason);
        Assert.Equal("mtls", server.Audit.Last.Authentication);
    }

    [Fact]
    public async Task A_proof_over_mutual_TLS_binds_the_token_to_both()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var answer = await advisor.PostProvenAsync("token", [advisor.Prove()], Exchange(server));

        Assert.Equal(("DPoP", "mtls+dpop"), (answer["token_type"], server.Audit.Last.Authentication));
        Assert.Equal($$"""{"x5t#S256":"{{advisor.Svid!.Thumbprint}}","jkt":"{{advisor.Prover.Thumbprint}}"}""", answer.Claims["cnf"]!.ToJsonString(Relaxed));
    }

    [Fact]
    public async Task Two_proofs_are_refused_whatever_they_say()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");

        var answer = await advisor.PostProvenAsync("token", [advisor.Prove(), advisor.Prove()], [.. Exchange(server), .. Assertion(advisor)]);

        Refused.Because(server, answer, 400, "invalid_dpop_proof", "dpop_proof_repeated");
        // A proxy may have joined them.
        Refused.Because(server, await AskAsync(server, advisor, $"{advisor.Prove()},{advisor.Prove()}"), 400, "invalid_dpop_proof", "dpop_proof_malformed");
    }

    [Fact]
    public async Task A_proof_is_used_once()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        var proof = advisor.Prove();
        Assert.Equal(200, (await AskAsync(server, advisor, proof)).Status);

        Refused.Because(server, await AskAsync(server, advisor, proof), 400, "invalid_dpop_proof", "dpop_proof_replayed");
        server.Time.Advance(TimeSpan.FromSeconds(59));
        Refused.Because(server, await AskAsync(server, advisor, proof), 400, "invalid_dpop_proof", "dpop_proof_replayed");
        server.Time.Advance(TimeSpan.FromMinutes(3));
        Refused.Because(server, await AskAsync(server, advisor, proof), 400, "invalid_dpop_proof", "dpop_proof_time");
    }

    [Fact]
    public async Task Of_many_requests_at_once_with_one_proof_one_succeeds()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        var proof = advisor.Prove();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(server, advisor, proof)));

        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_proof_is_not_used_again_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        var setup = new ServerSetup { Authority = authority, DataDirectory = folder, OwnsDataDirectory = false };
        using var prover = new TestProver();
        string proof;
        await using (var before = await RunningServer.StartAsync(setup))
        {
            proof = prover.Prove("POST", TestMesh.Issuer + "token", before.Time.GetUtcNow());
            Assert.Equal(200, (await AskAsync(before, before.ClientBy(ClientMethod.Jwt, "advisor"), proof)).Status);
        }
        await using var after = await RunningServer.StartAsync(setup);

        Refused.Because(after, await AskAsync(after, after.ClientBy(ClientMethod.Jwt, "advisor"), proof), 400, "invalid_dpop_proof", "dpop_proof_replayed");
    }

    [Fact]
    public async Task A_proof_that_was_refused_for_the_rest_of_the_request_is_used_all_the_same()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        var proof = advisor.Prove();
        var beyond = TestClient.Exchange(server.AdviceToken(), TestClient.AccessTokenType, "risk-analyst", "everything");

        Refused.Because(server, await advisor.PostProvenAsync("token", [proof], [.. beyond, .. Assertion(advisor)]), 400, "invalid_scope", "scope_not_granted");
        Refused.Because(server, await AskAsync(server, advisor, proof), 400, "invalid_dpop_proof", "dpop_proof_replayed");
    }

    [Fact]
    public async Task Somebody_elses_identifier_hinders_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, thief) = (server.ClientBy(ClientMethod.Jwt, "advisor"), server.ClientBy(ClientMethod.Jwt, "advisor"));
        string Same(TestClient client) => client.Prover.Prove("POST", TestMesh.Issuer + "token", server.Time.GetUtcNow(), change: (_, claims) => claims["jti"] = "same");

        Assert.Equal(200, (await AskAsync(server, thief, Same(thief))).Status);
        Assert.Equal(200, (await AskAsync(server, advisor, Same(advisor))).Status);
    }

    [Fact]
    public async Task A_proof_proves_no_identity()
    {
        await using var server = await RunningServer.StartAsync();
        using var prover = new TestProver();
        var proof = prover.Prove("POST", TestMesh.Issuer + "token", server.Time.GetUtcNow());

        Refused.Because(server, await server.AnonymousClient().PostProvenAsync("token", [proof], Exchange(server)), 401, "invalid_client", "no_client_credential");
    }

    [Fact]
    public async Task A_proof_for_one_endpoint_is_none_for_the_other()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");

        Refused.Because(server, await AskAsync(server, advisor, advisor.Prove("bc-authorize")), 400, "invalid_dpop_proof", "dpop_proof_address");
        var asked = await advisor.PostProvenAsync("bc-authorize", [advisor.Prove("token")],
            [("scope", "trade.execute"), ("audience", "trader"), ("login_hint_token", server.AdviceToken()), ("authorization_details", """[{"type":"order"}]"""), .. Assertion(advisor)]);
        Refused.Because(server, asked, 400, "invalid_dpop_proof", "dpop_proof_address");
    }

    [Theory]
    [InlineData("HTTPS://AUTH-SERVER.TEST/token")]
    [InlineData("https://auth-server.test:443/token")]
    [InlineData("https://auth-server.test/token?a=b#c")]
    public async Task An_address_that_is_the_same_when_normalized_is_the_same(string address)
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");

        Assert.Equal(200, (await AskAsync(server, advisor, advisor.Prover.Prove("POST", address, server.Time.GetUtcNow()))).Status);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task Clocks_may_differ_by_a_minute(int seconds)
    {
        await using var server = await RunningServer.StartAsync(new ServerSetup { Time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)) });
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");

        var answer = await AskAsync(server, advisor, advisor.Prover.Prove("POST", TestMesh.Issuer + "token", server.Time.GetUtcNow().AddSeconds(seconds)));

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Introspection_and_metadata_say_how_a_token_is_bound()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        var token = (await AskAsync(server, advisor, advisor.Prove())).Token;

        var described = await server.ClientOf("risk-analyst").PostAsync("introspect", ("token", token));
        var metadata = await advisor.GetAsync(".well-known/oauth-authorization-server");

        Assert.True((bool)described.Body["active"]!);
        Assert.Equal("DPoP", described["token_type"]);
        Assert.Equal($$"""{"jkt":"{{advisor.Prover.Thumbprint}}"}""", described.Body["cnf"]!.ToJsonString());
        Assert.Equal("""["ES256"]""", metadata.Body["dpop_signing_alg_values_supported"]!.ToJsonString());
    }

    [Fact]
    public async Task Proofs_that_are_too_old_to_be_shown_again_are_forgotten()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientBy(ClientMethod.Jwt, "advisor");
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(200, (await AskAsync(server, advisor, advisor.Prove())).Status);
            server.Time.Advance(TimeSpan.FromMinutes(3));
        }

        Assert.InRange(await server.CountUsedProofsAsync(), 1, 2);
    }

    private static System.Text.Json.JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Task<Answer> AskAsync(RunningServer server, TestClient client, string proof) =>
        client.PostProvenAsync("token", [proof], [.. Exchange(server), .. Assertion(client)]);

    private static (string, string)[] Exchange(RunningServer server) =>
        TestClient.Exchange(server.AdviceToken(), TestClient.AccessTokenType, "risk-analyst", "risk.score");

    private static (string, string)[] Assertion(TestClient client) => [("client_assertion_type", TestClient.SpiffeAssertionType), ("client_assertion", client.JwtSvid)];
}
