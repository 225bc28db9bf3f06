using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Revocation;

/// <summary>A revoked agent goes on with what it holds, and so do those it has delegated to.</summary>
public sealed class RevokedAgentTests
{
    /// <summary>Bounds a test that hangs; what an operator can expect, a p99 of at most 250 ms, is measured and held by <c>bench -- revocation</c>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact, Threat("T31")]
    public async Task A_disabled_agent_is_refused_everywhere_with_the_tokens_it_still_holds()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var (token, advice) = (await mesh.ScoreTokenAsync(advisor), await mesh.AdviceTokenAsync());
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));

        await OperateAsync(mesh, "parties/advisor/disable", mesh.RiskAnalyst, mesh.MarketData);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "agent_revoked");
        Refused.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices"), 401, "agent_revoked");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"), 400, "unauthorized_client", "client_disabled");

        // Whoever took the tokens meanwhile gains nothing by the agent's return.
        await OperateAsync(mesh, "parties/advisor/enable", mesh.RiskAnalyst, mesh.MarketData);
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "agent_revoked");
        Allowed.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices"));
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T31")]
    public async Task What_a_disabled_agent_has_delegated_ends_with_it()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var trader = mesh.Workload("trader");
        var order = (await advisor.ExchangeAsync(await mesh.AdviceTokenAsync(), "trader", "trade.propose")).Token;
        var descendant = (await trader.ExchangeAsync(order, "risk-analyst", "risk.score")).Token;
        Allowed.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, descendant));

        await OperateAsync(mesh, "parties/advisor/disable", mesh.RiskAnalyst);

        Refused.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, descendant), 401, "agent_revoked");
        Refused.By(mesh.Issuer, await trader.ExchangeAsync(order, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");

        await OperateAsync(mesh, "parties/advisor/enable", mesh.RiskAnalyst);
        Refused.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, descendant), 401, "agent_revoked");
        Refused.By(mesh.Issuer, await trader.ExchangeAsync(order, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
        var again = (await advisor.ExchangeAsync(await mesh.AdviceTokenAsync(), "trader", "trade.propose")).Token;
        Allowed.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, (await trader.ExchangeAsync(again, "risk-analyst", "risk.score")).Token));
    }

    [Fact, Threat("T31")]
    public async Task What_is_done_on_behalf_of_a_disabled_party_ends_with_it_and_what_is_done_for_another_goes_on()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var guest = mesh.Workload("guest");
        var forGuest = (await advisor.ExchangeAsync((await guest.BeginAsync("advisor", "portfolio.advise")).Token, "risk-analyst", "risk.score")).Token;
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, forGuest));

        await OperateAsync(mesh, "parties/guest/disable", mesh.RiskAnalyst);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, forGuest), 401, "agent_revoked");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T31")]
    public async Task A_revoked_task_ends_on_every_hop_and_another_goes_on()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);

        await OperateAsync(mesh, $"transactions/{Jwt.Claims(token)["txn"]}/revoke", mesh.RiskAnalyst);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "transaction_revoked");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T31")]
    public async Task A_revoked_token_ends_and_another_of_the_same_agent_goes_on()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);

        await OperateAsync(mesh, $"tokens/{Jwt.Claims(token)["jti"]}/revoke", mesh.RiskAnalyst);

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "token_revoked");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Theory, Threat("T31")]
    [InlineData("advisor")]
    [InlineData("guest")]
    public async Task Who_may_not_revoke_ends_nobody(string party)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var attacker = mesh.Workload(party);

        Refused.By(mesh.Issuer, await attacker.PostAsync("parties/risk-analyst/disable"), 403, "access_denied", "not_permitted");
        Refused.By(mesh.Issuer, await attacker.PostAsync("parties/advisor/enable"), 403, "access_denied", "not_permitted");
        await mesh.AssertHonestCallPassesAsync();
    }

    /// <summary>An operator acts, and these agents have heard of it.</summary>
    private static async Task OperateAsync(AttackMesh mesh, string action, params Callee[] hearers)
    {
        using var local = mesh.Workload("local");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var before = hearers.Select(h => h.Audit.Events.Count(e => e.Kind == "revocation")).ToList();
        Assert.Equal(200, (await local.PostAsync(action)).Status);
        for (var i = 0; i < hearers.Length; i++)
        {
            var (audit, known) = (hearers[i].Audit, before[i]);
            await audit.WaitForAsync(_ => audit.Events.Count(e => e.Kind == "revocation") > known, patience.Token);
        }
    }
}
