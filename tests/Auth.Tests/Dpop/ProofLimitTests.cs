using System.Net;
using System.Text.Json.Nodes;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

[Proves("DP1")]
public sealed class ProofLimitTests : DpopCallee
{
    private protected override void Configure(TestAgent.Setup setup) =>
        setup.Settings.AddRange([("Mesh:Server:UsedProofs", "100"), ("Mesh:Server:ProofWindow", "00:00:30"), ("Mesh:Address", "https://risk-analyst.mesh.test:8443/")]);

    [Fact]
    public async Task When_no_more_proofs_can_be_remembered_none_is_taken()
    {
        await UseAsync("advisor", 50);
        await UseAsync("trader", 50);

        AssertRefused(await CallAsync("local"), HttpStatusCode.ServiceUnavailable, "dpop_proofs_full");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(32));
        await UseAsync("local", 1);
    }

    [Fact]
    public async Task One_client_cannot_keep_the_others_out()
    {
        await UseAsync("advisor", 50);

        AssertRefused(await CallAsync("advisor"), HttpStatusCode.ServiceUnavailable, "dpop_proofs_full");
        await UseAsync("trader", 1);
        Mesh.Clock.Advance(TimeSpan.FromSeconds(32));
        await UseAsync("advisor", 50);
    }

    [Fact]
    public async Task The_window_is_as_configured()
    {
        var token = BoundToken();

        AssertRefused(await CallAsync(token, Prove(token, change: (_, claims) => claims["iat"] = (long)claims["iat"]! - 31)), HttpStatusCode.Unauthorized, "dpop_proof_time");
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(token, Prove(token, change: (_, claims) => claims["iat"] = (long)claims["iat"]! - 28))).Status);
    }

    [Fact]
    public async Task The_configured_address_counts_beside_the_one_of_the_connection()
    {
        var token = BoundToken();

        Assert.Equal(HttpStatusCode.OK, (await CallAsync(token, Prover.Prove("GET", "https://risk-analyst.mesh.test:8443/score", Mesh.Clock.GetUtcNow(), token))).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(token, Prover.Prove("GET", $"https://localhost:{Callee.Address.Port}/score", Mesh.Clock.GetUtcNow(), token))).Status);
        AssertRefused(await CallAsync(token, Prover.Prove("GET", "https://risk-analyst.mesh.test/score", Mesh.Clock.GetUtcNow(), token)), HttpStatusCode.Unauthorized, "dpop_proof_address");
        await AssertProvenCallPassesAsync(token);
    }

    private async Task UseAsync(string party, int proofs)
    {
        for (var i = 0; i < proofs; i++)
            Assert.Equal((HttpStatusCode.OK, "allow"), ((await CallAsync(party)).Status, Callee.Audit.Last.Decision));
    }

    private async Task<Raw.Answer> CallAsync(string party)
    {
        var source = Mesh.SourceOf(party);
        var token = Mesh.Issuer.Issue(source, "risk-analyst", "risk.score", t => t.Claims["cnf"] = new JsonObject { ["jkt"] = Prover.Thumbprint });
        using var client = Raw.Client(Mesh, source, Callee.Address);
        return await CallAsync("DPoP", token, HttpMethod.Get, "/score", client, Prove(token));
    }
}
