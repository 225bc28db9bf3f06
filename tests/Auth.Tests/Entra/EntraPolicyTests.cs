using System.Net;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>What a role gives is still the manifest's decision; what was revoked is still refused; the mesh's own tokens keep their own rules.</summary>
public sealed class EntraPolicyTests : EntraCalleeTest
{
    private protected override (string, string?)[] CalleeSettings => [("Mesh:Server:Entra:Roles:risk.explain", "Risk.Explain.All")];

    [Fact]
    public async Task A_role_gives_its_scope_and_no_other()
    {
        Mesh.Advisor.Roles[Mesh.RiskAnalyst.ClientId] = [];
        await AssertRefusedAsync(Mesh.Issue(), "insufficient_scope", HttpStatusCode.Forbidden);
        Mesh.Advisor.Roles[Mesh.RiskAnalyst.ClientId] = ["Risk.Explain.All"];
        await AssertRefusedAsync(Mesh.Issue(), "insufficient_scope", HttpStatusCode.Forbidden);
        await AssertHonestCallPassesAsync("/explain");
        // A scope with a role of its own is not given by the role of the same name.
        Mesh.Advisor.Roles[Mesh.RiskAnalyst.ClientId] = ["risk.explain"];
        await AssertRefusedAsync(Mesh.Issue(), "insufficient_scope", HttpStatusCode.Forbidden, "/explain");

        Mesh.Advisor.Roles[Mesh.RiskAnalyst.ClientId] = ["risk.score"];
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task A_role_that_the_edge_does_not_have_gives_nothing()
    {
        Mesh.Advisor.Roles[Mesh.RiskAnalyst.ClientId] = ["market.read", "risk.score"];

        await AssertRefusedAsync(Mesh.Issue(), "insufficient_scope", HttpStatusCode.Forbidden, "/prices");
        await AssertHonestCallPassesAsync();
        Assert.Equal("risk.score", Callee.Audit.Last.Scopes);
    }

    [Fact, Proves("T31")]
    public async Task A_revoked_agent_and_a_revoked_token_are_refused()
    {
        var revocations = Callee.Services.GetRequiredService<InMemoryRevocationState>();
        var token = Mesh.Issue(t => t.Claims["uti"] = "uti-1");
        await AssertHonestCallPassesAsync();

        revocations.RevokeToken("uti-1", Mesh.Mesh.Clock.GetUtcNow().AddHours(1));
        await AssertRefusedAsync(token, "token_revoked");
        await AssertHonestCallPassesAsync();
        revocations.RevokeAgent(TestManifest.IdOf("advisor"));
        await AssertRefusedAsync(Mesh.Issue(), "agent_revoked");
    }

    [Fact, Proves("T11")]
    public async Task The_meshs_own_tokens_are_still_held_to_their_own_rules()
    {
        await AssertRefusedAsync(Mesh.Mesh.Issuer.Issue(Advisor, "risk-analyst", "risk.score", t => t.Header["typ"] = "JWT"), "token_type");
        await AssertRefusedAsync(Mesh.Mesh.Issuer.Issue(Advisor, "risk-analyst", "risk.score", t => t.Claims.Remove("cnf")), "cnf_missing");
        // Signed by the mesh, in the tenant's name.
        await AssertRefusedAsync(Mesh.Mesh.Issuer.Issue(Advisor, "risk-analyst", "risk.score", t => t.Claims["iss"] = StandInEntra.IssuerOf(Entra.Tenant.Id, 2)), "token_algorithm");

        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", Mesh.Mesh.Issuer.Issue(Advisor, "risk-analyst", "risk.score"))).Status);
        Assert.Equal("mtls+token", Callee.Audit.Last.Authentication);
    }

    [Fact]
    public async Task A_callee_without_the_setting_takes_no_token_of_entra()
    {
        var strict = await Mesh.Mesh.StartAgentAsync("trader");
        using var client = Raw.Client(Mesh.Mesh, Advisor, strict.Address);

        Assert.Equal("token_algorithm", (await client.GetAsync("/score", Mesh.Issue())).Reason);
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task The_metadata_names_the_tenant_among_the_authorization_servers()
    {
        var answer = await Client.GetAsync("/.well-known/oauth-protected-resource", null);
        Assert.Contains(StandInEntra.IssuerOf(Entra.Tenant.Id, 2), answer.Body, StringComparison.Ordinal);
    }
}
