using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>A SPIFFE ID is compared whole: who is named almost like somebody is nobody.</summary>
[Collection(nameof(AttackMesh))]
public sealed class LookalikeTests(AttackMesh mesh)
{
    public static TheoryData<string> Lookalikes => ["/agent/advisor2", "/agent/advisor/x", "/agent/advisors", "/agent/adviso", "/agent/Advisor", "/agent/x/agent/advisor", "/advisor"];

    [Theory, Threat("T23")]
    [MemberData(nameof(Lookalikes))]
    public async Task An_agent_of_mTLS_alone_refuses_a_caller_that_is_named_almost_like_its_own(string path)
    {
        using var lookalike = Named(path);
        using var advisor = mesh.Workload("advisor");

        Refused.By(mesh.MarketData, await lookalike.CallAsync(mesh.MarketData, null, "/prices"), 403, "edge_unknown");
        Assert.Equal(lookalike.Id, mesh.MarketData.Audit.Last.Caller);
        Allowed.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices"));
    }

    [Theory, Threat("T23")]
    [MemberData(nameof(Lookalikes))]
    public async Task The_authorization_server_has_no_such_client(string path)
    {
        using var lookalike = Named(path);
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await lookalike.ExchangeAsync(advice, "risk-analyst", "risk.score"), 400, "unauthorized_client", "unknown_client");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));
    }

    [Theory, Threat("T23")]
    [InlineData("/agent/advisor2")]
    [InlineData("/agent/advisor/x")]
    public async Task A_token_in_the_advisors_name_does_not_help_who_is_named_almost_like_it(string path)
    {
        using var lookalike = Named(path);
        using var advisor = mesh.Workload("advisor");
        var token = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c => c["cnf"]!["x5t#S256"] = lookalike.Svid.Thumbprint);

        Refused.By(mesh.RiskAnalyst, await lookalike.CallAsync(mesh.RiskAnalyst, token), 401, "actor_mismatch");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    private Workload Named(string path) => mesh.WorkloadOf(mesh.Authority, mesh.Authority.Source(SpiffeId.Create(mesh.Authority.TrustDomain, path)));
}
