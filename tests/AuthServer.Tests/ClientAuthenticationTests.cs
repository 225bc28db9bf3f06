using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("SC1", "CB1", "T13", "T14")]
public sealed class ClientAuthenticationTests
{
    [Fact]
    public async Task A_request_without_any_credential_is_refused()
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.AnonymousClient().PostAsync("token",
            ("grant_type", TestClient.TokenExchange), ("subject_token", server.AdviceToken()), ("subject_token_type", TestClient.AccessTokenType), ("audience", "trader"));

        Refused.Because(server, answer, 401, "invalid_client", "no_client_credential");
        Assert.Null(server.Audit.Last.Caller);
    }

    [Fact]
    public async Task A_client_id_that_is_not_the_SVIDs_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var thief = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", ("client_id", TestMesh.IdOf("trader")));
        Refused.Because(server, thief, 401, "invalid_client", "client_id_mismatch");

        var honest = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", ("client_id", advisor.Id));
        Assert.Equal(200, honest.Status);
    }

    [Fact]
    public async Task A_certificate_and_an_assertion_of_the_same_workload_yield_the_same_grant()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var subject = server.AdviceToken();

        var byCertificate = await advisor.ExchangeAsync(subject, "risk-analyst", "risk.score");
        var byAssertion = await advisor.ExchangeAsync(subject, "risk-analyst", "risk.score", Assertion(advisor.JwtSvid));

        Assert.Equal(200, byAssertion.Status);
        Assert.Equal(WithoutIdentifier(byCertificate.Claims), WithoutIdentifier(byAssertion.Claims));
        Assert.Equal("mtls+jwt-svid", server.Audit.Last.Authentication);
    }

    [Fact]
    public async Task An_assertion_that_another_workload_replays_over_its_own_connection_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var stolen = server.ClientOf("advisor").JwtSvid;

        var answer = await server.ClientOf("trader").ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Assertion(stolen));

        Refused.Because(server, answer, 401, "invalid_client", "assertion_replayed");
        Assert.Equal(TestMesh.IdOf("trader"), server.Audit.Last.Caller);
    }

    [Fact]
    public async Task An_assertion_for_another_server_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var elsewhere = server.Authority.IssueJwt(advisor.Svid!.Id, "https://another-server.test/");

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Assertion(elsewhere)), 401, "invalid_client", "assertion_invalid");
    }

    [Fact]
    public async Task An_assertion_with_two_audiences_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var shared = server.Authority.IssueJwt(advisor.Svid!.Id, TestMesh.Issuer, shape: new JwtShape
        {
            Claims = new Dictionary<string, JsonNode?> { ["aud"] = new JsonArray(TestMesh.Issuer, "https://another-server.test/") },
        });

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Assertion(shared)), 401, "invalid_client", "assertion_invalid");
    }

    [Fact]
    public async Task An_expired_assertion_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var old = server.Authority.IssueJwt(advisor.Svid!.Id, TestMesh.Issuer, TimeSpan.FromMinutes(1));
        server.Time.Advance(TimeSpan.FromMinutes(2));

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Assertion(old)), 401, "invalid_client", "assertion_invalid");
    }

    [Fact]
    public async Task An_assertion_signed_by_somebody_else_in_the_trust_domains_name_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var impostor = new TestAuthority(TestMesh.TrustDomain, server.Time);
        var advisor = server.ClientOf("advisor");
        var forged = impostor.IssueJwt(advisor.Svid!.Id, TestMesh.Issuer);

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", Assertion(forged)), 401, "invalid_client", "assertion_invalid");
    }

    [Fact]
    public async Task An_assertion_of_another_kind_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        var answer = await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score",
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", advisor.JwtSvid));

        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_workload_of_a_foreign_trust_domain_is_no_client_even_when_its_bundle_is_trusted()
    {
        using var foreign = new TestAuthority("partner.example");
        await using var server = await RunningServer.StartAsync(new ServerSetup { Federated = [foreign] });
        var id = SpiffeId.Parse("spiffe://partner.example/agent/advisor");
        var identity = foreign.Source(id, server.Authority);

        var byCertificate = await server.ClientWith(identity).ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score");
        Refused.Because(server, byCertificate, 401, "invalid_client", "foreign_trust_domain");

        var byAssertion = await server.AnonymousClient().PostAsync("introspect",
            [("token", server.AdviceToken()), .. Assertion(foreign.IssueJwt(id, TestMesh.Issuer))]);
        Refused.Because(server, byAssertion, 401, "invalid_client", "foreign_trust_domain");
    }

    [Fact]
    public async Task A_workload_that_the_manifest_does_not_name_is_an_unauthorized_client()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf("stranger").ExchangeAsync(server.AdviceToken(), "risk-analyst"), 400, "unauthorized_client", "unknown_client");
    }

    [Fact]
    public async Task An_SVID_that_expires_while_the_connection_is_open_authenticates_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        var identity = server.Authority.Source(SpiffeId.Parse(TestMesh.IdOf("advisor")));
        identity.Update(server.Authority.IssueX509(SpiffeId.Parse(TestMesh.IdOf("advisor")), TimeSpan.FromMinutes(2)), [server.Authority.X509Bundle]);
        var advisor = server.ClientWith(identity);
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);

        server.Time.Advance(TimeSpan.FromMinutes(3));

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score"), 401, "invalid_client", "svid_invalid");
    }

    [Fact]
    public async Task A_connection_outlives_its_authority_but_authenticates_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);

        server.Authority.RotateX509Authority();
        server.Authority.ForgetOldestX509Authority();
        server.Identity.Update(server.Identity.GetX509Svid(), [server.Authority.X509Bundle], [server.Authority.JwtBundle]);

        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score"), 401, "invalid_client", "svid_invalid");
    }

    [Theory]
    [InlineData("X-SPIFFE-ID")]
    [InlineData("X-Forwarded-Client-Cert")]
    [InlineData("X-Client-Cert")]
    [Proves("T37")]
    public async Task Headers_that_claim_an_identity_are_ignored(string header)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("token", server.AdviceToken())]);
        content.Headers.Add(header, TestMesh.IdOf("local"));

        var answer = await server.AnonymousClient().PostAsync("introspect", content);

        Refused.Because(server, answer, 401, "invalid_client", "no_client_credential");
    }

    [Fact]
    public async Task Secrets_are_no_way_to_authenticate()
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.ClientOf("advisor").ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score", ("client_secret", "secret"));

        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Error));
    }

    private static (string, string)[] Assertion(string token) => [("client_assertion_type", TestClient.SpiffeAssertionType), ("client_assertion", token)];

    private static string WithoutIdentifier(JsonObject claims)
    {
        claims.Remove("jti");
        return claims.ToJsonString();
    }
}
