using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Clients;

/// <summary>Who asks for a token is one workload, by the SVID on its connection; an assertion can only say the same.</summary>
[Collection(nameof(AttackMesh))]
public sealed class ClientCredentialTests(AttackMesh mesh)
{
    [Fact, Threat("T13")]
    public async Task An_assertion_for_another_server_is_refused() => await AssertAssertionRefusedAsync(
        advisor => advisor.JwtSvid("https://another-server.example/"), "assertion_invalid");

    [Fact, Threat("T13")]
    public async Task An_assertion_for_this_server_and_another_is_refused() => await AssertAssertionRefusedAsync(
        advisor => advisor.JwtSvid(shape: new() { Claims = new Dictionary<string, JsonNode?> { ["aud"] = new JsonArray(mesh.Issuer.Address.ToString(), "https://another-server.example/") } }), "assertion_invalid");

    [Fact, Threat("T13")]
    public async Task An_assertion_signed_by_somebody_else_in_the_trust_domains_name_is_refused()
    {
        using var impostor = new TestAuthority(AttackManifest.TrustDomain, mesh.Clock);
        await AssertAssertionRefusedAsync(advisor => impostor.IssueJwt(advisor.Svid.Id, mesh.Issuer.Address.ToString()), "assertion_invalid");
    }

    [Fact, Threat("T13")]
    public async Task An_assertion_that_another_workload_replays_over_its_own_connection_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        var (stolen, advice) = (advisor.JwtSvid(), await mesh.AdviceTokenAsync());

        Refused.By(mesh.Issuer, await thief.ExchangeAsync(advice, "risk-analyst", "risk.score", Assertion(stolen)), 401, "invalid_client", "assertion_replayed");
        Assert.Equal(thief.Id, mesh.Issuer.Audit.Last.Caller);
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Assertion(stolen)));
    }

    [Fact, Threat("T13")]
    public async Task A_workload_of_a_foreign_domain_is_no_client_even_where_its_bundle_is_trusted()
    {
        await using var own = await AttackMesh.StartAsync();
        using var partner = new TestAuthority("partner.example", own.Clock);
        own.Issuer.Identity.Update(own.Issuer.Identity.GetX509Svid(), [own.Authority.X509Bundle, partner.X509Bundle], [own.Authority.JwtBundle, partner.JwtBundle]);
        using var foreigner = own.WorkloadOf(partner, partner.Source(partner.Id("/agent/advisor"), own.Authority));
        using var advisor = own.Workload("advisor");
        var advice = await own.AdviceTokenAsync();

        Refused.By(own.Issuer, await foreigner.ExchangeAsync(advice, "risk-analyst", "risk.score"), 401, "invalid_client", "foreign_trust_domain");
        Refused.By(own.Issuer, await foreigner.ExchangeAsync(advice, "risk-analyst", "risk.score", Assertion(foreigner.JwtSvid())), 401, "invalid_client", "foreign_trust_domain");
        Allowed.By(own.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));
    }

    [Theory, Threat("T14")]
    [InlineData("trader")]
    [InlineData("advisor/x")]
    [InlineData("ADVISOR")]
    public async Task A_client_id_that_is_not_the_SVIDs_is_refused(string name)
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();
        var claimed = $"spiffe://{AttackManifest.TrustDomain}/agent/{name}";

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", ("client_id", claimed)), 401, "invalid_client", "client_id_mismatch");
        Assert.Equal(advisor.Id, mesh.Issuer.Audit.Last.Caller);
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", ("client_id", advisor.Id)));
    }

    private async Task AssertAssertionRefusedAsync(Func<Workload, string> assertion, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Assertion(assertion(advisor))), 401, "invalid_client", reason);
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Assertion(advisor.JwtSvid())));
    }

    private static (string, string)[] Assertion(string token) =>
        [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"), ("client_assertion", token)];
}
