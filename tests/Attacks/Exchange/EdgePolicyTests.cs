using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Exchange;

/// <summary>A compromised agent asks for more than the manifest gives it, or for anything at all while nobody asked it to work.</summary>
[Collection(nameof(AttackMesh))]
public sealed class EdgePolicyTests(AttackMesh mesh)
{
    [Theory, Threat("T15")]
    [InlineData("risk.score risk.explain")]
    [InlineData("risk.explain")]
    [InlineData("trade.propose")]
    [InlineData("risk.*")]
    [InlineData("RISK.SCORE")]
    [InlineData("no.such.scope")]
    public async Task A_scope_beyond_the_edge_is_refused(string scope)
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", scope), 400, "invalid_scope", "scope_not_granted");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));
    }

    [Fact, Threat("T15")]
    public async Task A_scope_that_was_not_exchanged_for_is_refused_by_the_callee_too()
    {
        using var trader = mesh.Workload("trader");
        using var advisor = mesh.Workload("advisor");
        var order = (await advisor.ExchangeAsync(await mesh.AdviceTokenAsync(), "trader", "trade.propose")).Token;
        var token = (await trader.ExchangeAsync(order, "risk-analyst", "risk.score")).Token;

        Refused.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, token, "/explain"), 403, "insufficient_scope");
        Allowed.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, token));
        Allowed.By(mesh.RiskAnalyst, await trader.CallAsync(mesh.RiskAnalyst, (await trader.ExchangeAsync(order, "risk-analyst", "risk.explain")).Token, "/explain"));
    }

    [Theory, Threat("T16")]
    [InlineData("auditor", "no_edge")]
    [InlineData("archive", "no_edge")]
    [InlineData("local", "no_edge")]
    [InlineData("auth-server", "no_edge")]
    [InlineData("nobody", "unknown_callee")]
    [InlineData("RISK-ANALYST", "unknown_callee")]
    [InlineData("spiffe://agentmesh.local/agent/risk-analyst/x", "unknown_callee")]
    [InlineData("spiffe://agentmesh.local/agent/risk-analys", "unknown_callee")]
    [InlineData("spiffe://evil.example/agent/risk-analyst", "unknown_callee")]
    public async Task A_callee_that_is_on_no_edge_is_refused(string callee, string reason)
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, callee), 400, "invalid_target", reason);
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst"));
    }

    [Fact, Threat("T16")]
    public async Task Two_callees_in_one_request_are_refused()
    {
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", null, ("resource", AttackManifest.IdOf("trader"))), 400, "invalid_target", "many_targets");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", null, ("audience", "trader")), 400, "invalid_target", "many_targets");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", null, ("resource", AttackManifest.IdOf("risk-analyst"))));
    }

    [Fact, Threat("T19")]
    public async Task An_agent_that_serves_nobody_can_call_nobody()
    {
        using var advisor = mesh.Workload("advisor");

        Refused.By(mesh.Issuer, await advisor.BeginAsync("risk-analyst", "risk.score"), 400, "invalid_request", "not_serving");
        Refused.By(mesh.Issuer, await advisor.BeginAsync("trader", "trade.propose"), 400, "invalid_request", "not_serving");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Fact, Threat("T19")]
    public async Task A_request_that_does_not_justify_the_call_is_no_excuse_for_it()
    {
        using var riskAnalyst = mesh.Workload("risk-analyst");
        using var advisor = mesh.Workload("advisor");
        // Served by the advisor, but with "relay", not with "portfolio.advise".
        var relayed = (await riskAnalyst.BeginAsync("advisor", "relay")).Token;

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(relayed, "trader", "trade.propose"), 400, "invalid_request", "not_serving");
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(await mesh.AdviceTokenAsync(), "trader", "trade.propose"));
    }
}
