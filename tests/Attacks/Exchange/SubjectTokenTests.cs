using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Exchange;

/// <summary>A token is exchanged by whom it was issued for, on behalf of whom it names, and by nobody in anybody else's stead.</summary>
[Collection(nameof(AttackMesh))]
public sealed class SubjectTokenTests(AttackMesh mesh)
{
    private const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    [Fact, Threat("T17")]
    public async Task A_token_that_was_issued_for_somebody_else_is_not_exchanged()
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        var stolen = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await thief.ExchangeAsync(stolen, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_not_for_client");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(stolen, "risk-analyst", "risk.score"));
    }

    [Fact, Threat("T17")]
    public async Task The_holder_of_a_token_cannot_exchange_it_either_because_it_is_for_the_callee()
    {
        using var advisor = mesh.Workload("advisor");
        using var riskAnalyst = mesh.Workload("risk-analyst");
        var forRiskAnalyst = await mesh.ScoreTokenAsync(advisor);

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(forRiskAnalyst, "trader", "trade.propose"), 400, "invalid_request", "subject_token_not_for_client");
        Allowed.By(mesh.Issuer, await riskAnalyst.ExchangeAsync(forRiskAnalyst, "auditor", "relay"));
    }

    [Fact, Threat("T17")]
    public async Task The_JWT_SVID_of_somebody_else_begins_no_task()
    {
        using var local = mesh.Workload("local");
        using var thief = mesh.Workload("guest");
        var stolen = local.JwtSvid();

        var answer = await thief.PostAsync("token", ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", stolen), ("subject_token_type", Jwt), ("audience", "advisor"));

        Refused.By(mesh.Issuer, answer, 400, "invalid_request", "subject_token_not_own");
        Allowed.By(mesh.Issuer, await local.BeginAsync("advisor"));
    }

    [Fact, Threat("T18")]
    public async Task The_actor_token_of_somebody_else_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        using var trader = mesh.Workload("trader");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Actor(trader.JwtSvid())), 400, "invalid_request", "actor_token_not_own");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Actor(advisor.JwtSvid("https://another-server.example/"))), 400, "invalid_request", "actor_token_invalid");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", Actor(advisor.JwtSvid())));
    }

    [Fact, Threat("T18")]
    public async Task A_subject_that_lets_only_somebody_else_act_is_not_acted_for()
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(Letting("trader"), "risk-analyst", "risk.score"), 400, "invalid_request", "may_act");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(Letting("advisor"), "risk-analyst", "risk.score"));

        string Letting(string party) => mesh.Issuer.Resign(advice, c => c["may_act"] = new JsonObject { ["sub"] = AttackManifest.IdOf(party) });
    }

    [Theory, Threat("T18")]
    [InlineData("""{"sub":"spiffe://agentmesh.local/agent/trader"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"spiffe://agentmesh.local/operator/local\"")]
    public async Task A_may_act_that_cannot_be_understood_lets_nobody_act(string mayAct)
    {
        using var local = mesh.Workload("local");
        var svid = local.JwtSvid(shape: new() { Claims = new Dictionary<string, JsonNode?> { ["may_act"] = JsonNode.Parse(mayAct) } });

        var answer = await local.PostAsync("token", ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", svid), ("subject_token_type", Jwt), ("audience", "advisor"));

        Refused.By(mesh.Issuer, answer, 400, "invalid_request", "may_act");
        Allowed.By(mesh.Issuer, await local.BeginAsync("advisor"));
    }

    private static (string, string)[] Actor(string token) => [("actor_token", token), ("actor_token_type", Jwt)];
}
