using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Tokens;

/// <summary>A token is good for one holder at one callee. Whoever else has it, or takes it elsewhere, has nothing.</summary>
[Collection(nameof(AttackMesh))]
public sealed class StolenTokenTests(AttackMesh mesh)
{
    [Fact, Threat("T06")]
    public async Task A_stolen_token_is_refused_from_the_thiefs_own_SVID()
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        var stolen = await mesh.ScoreTokenAsync(advisor);

        Refused.By(mesh.RiskAnalyst, await thief.CallAsync(mesh.RiskAnalyst, stolen), 401, "cnf_mismatch");
        Assert.Equal(thief.Id, mesh.RiskAnalyst.Audit.Last.Caller);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, stolen));
    }

    [Fact, Threat("T06")]
    public async Task A_token_that_was_seen_from_its_holder_is_still_refused_from_the_thief()
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        var stolen = await mesh.ScoreTokenAsync(advisor);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, stolen));

        Refused.By(mesh.RiskAnalyst, await thief.CallAsync(mesh.RiskAnalyst, stolen), 401, "cnf_mismatch");
    }

    [Fact, Threat("T06")]
    public async Task A_token_of_the_same_agents_other_SVID_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        using var replica = mesh.Workload("advisor");
        var stolen = await mesh.ScoreTokenAsync(advisor);

        Refused.By(mesh.RiskAnalyst, await replica.CallAsync(mesh.RiskAnalyst, stolen), 401, "cnf_mismatch");
        await mesh.AssertHonestCallPassesAsync(replica);
    }

    [Fact, Threat("T06")]
    public async Task A_token_bound_to_the_thief_in_the_advisors_name_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        // What a careless authorization server would issue: bound to whoever asks, named after somebody else.
        var rebound = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c => c["cnf"] = new JsonObject { ["x5t#S256"] = thief.Svid.Thumbprint });

        Refused.By(mesh.RiskAnalyst, await thief.CallAsync(mesh.RiskAnalyst, rebound), 401, "actor_mismatch");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Theory, Threat("T07")]
    [InlineData(null, "cnf_missing")]
    [InlineData("{}", "cnf_missing")]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""", "dpop_required")]
    public async Task A_token_bound_to_no_certificate_is_refused(string? confirmation, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var unbound = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c =>
        {
            c.Remove("cnf");
            if (confirmation is not null)
                c["cnf"] = JsonNode.Parse(confirmation);
        });

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, unbound), 401, reason);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T07")]
    public async Task A_bound_token_without_its_certificate_opens_no_connection()
    {
        using var advisor = mesh.Workload("advisor");
        var stolen = await mesh.ScoreTokenAsync(advisor);

        // As a gateway would pass it on, which ends TLS and has no SVID of its own.
        await Refused.InHandshakeAsync(mesh.RiskAnalyst.Address, AttackClient.CreateHandler(null), stolen);
        Assert.Equal("peer_refused", mesh.RiskAnalyst.Audit.Last.Reason);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, stolen));
    }

    [Fact, Threat("T07")]
    public async Task The_authorization_server_exchanges_no_token_for_a_client_without_a_certificate()
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();
        using var gateway = new HttpClient(AttackClient.CreateHandler(null)) { BaseAddress = mesh.Issuer.Address };
        using var form = new FormUrlEncodedContent([new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), new("subject_token", advice),
            new("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"), new("audience", "risk-analyst"), new("client_id", advisor.Id)]);

        var answer = await Answer.ReadAsync(await gateway.PostAsync(new Uri("token", UriKind.Relative), form, TestContext.Current.CancellationToken));

        Refused.By(mesh.Issuer, answer, 401, "invalid_client", "no_client_credential");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));
    }

    [Fact, Threat("T08")]
    public async Task A_token_for_the_trader_is_refused_by_the_risk_analyst()
    {
        using var advisor = mesh.Workload("advisor");
        var forTrader = (await advisor.ExchangeAsync(await mesh.AdviceTokenAsync(), "trader", "trade.propose")).Token;

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, forTrader), 401, "token_audience");
        Allowed.By(mesh.Trader, await advisor.CallAsync(mesh.Trader, forTrader, "/orders/draft", new StringContent("")));
    }

    [Fact, Threat("T08")]
    public async Task A_token_for_two_callees_is_refused_by_both()
    {
        using var advisor = mesh.Workload("advisor");
        var both = mesh.Issuer.Resign(await mesh.ScoreTokenAsync(advisor), c => c["aud"] = new JsonArray(AttackManifest.IdOf("risk-analyst"), AttackManifest.IdOf("trader")));

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, both), 401, "token_audience");
        Refused.By(mesh.Trader, await advisor.CallAsync(mesh.Trader, both), 401, "token_audience");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T09")]
    public async Task A_token_passed_on_instead_of_exchanged_is_refused()
    {
        using var advisor = mesh.Workload("advisor");
        var served = await mesh.AdviceTokenAsync();

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, served), 401, "token_audience");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T09")]
    public async Task A_token_goes_to_nobody_that_takes_none()
    {
        using var advisor = mesh.Workload("advisor");

        Refused.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, await mesh.ScoreTokenAsync(advisor), "/prices"), 400, "credential_not_accepted");
        Allowed.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices"));
    }
}
