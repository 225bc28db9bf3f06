using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Auth;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Revocation;

/// <summary>What an attacker wins by taking something down: nothing that was not let through before, and that only until it ends.</summary>
public sealed class OutageTests
{
    [Fact, Threat("T33")]
    public async Task Without_the_authorization_server_cached_tokens_end_at_expiry_and_no_call_is_made_without_one()
    {
        await using var mesh = await AttackMesh.StartAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");
        await using var newcomer = new LibraryCaller(mesh, "guest", "advisor", "portfolio.advise");
        var ask = new Uri(advisor.Address, "/ask");
        Allowed.By(advisor, await local.PostAsync(ask));
        await mesh.Issuer.StopAsync();

        mesh.Clock.Advance(TimeSpan.FromMinutes(4));
        Allowed.By(advisor, await local.PostAsync(ask));
        await newcomer.AssertNotMadeAsync(ask, "temporarily_unavailable");
        mesh.Clock.Advance(TimeSpan.FromMinutes(1));
        var decisions = advisor.Audit.Events.Count;
        await local.AssertNotMadeAsync(ask, "temporarily_unavailable");
        Assert.Equal(decisions, advisor.Audit.Events.Count);
    }

    [Fact, Threat("T33")]
    public async Task A_callee_that_cannot_read_the_issuers_keys_lets_nobody_in()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        await mesh.Issuer.StopAsync();
        var restarted = await mesh.StartAsync("risk-analyst", waitsUntilReady: false);

        Refused.By(restarted, await advisor.CallAsync(restarted, token), 503, "keys_unavailable");
    }

    [Fact, Threat("T33")]
    public async Task A_callee_that_is_restarted_while_the_authorization_server_is_down_does_not_forget_who_is_disabled()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var analyst = mesh.Workload("risk-analyst");
        using var local = mesh.Workload("local");
        Assert.Equal(200, (await local.PostAsync("parties/advisor/disable")).Status);
        await mesh.MarketData.Audit.WaitForAsync(e => e.Kind == "revocation", TestContext.Current.CancellationToken);
        Refused.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices"), 401, "agent_revoked");
        await mesh.Issuer.StopAsync();

        // Called with mutual TLS alone: there is no token that needs keys, and none that expires.
        var restarted = await mesh.StartAsync("market-data", waitsUntilReady: false);

        Refused.By(restarted, await advisor.CallAsync(restarted, null, "/prices"), 401, "revocation_unknown");
        Allowed.By(mesh.MarketData, await analyst.CallAsync(mesh.MarketData, null, "/prices"));
    }

    [Fact, Threat("T33")]
    public async Task A_callee_that_has_not_heard_of_revocations_for_too_long_refuses_what_may_have_been_revoked()
    {
        await using var mesh = await AttackMesh.StartAsync(("Mesh:Server:RevocationMaxStaleness", "00:01:30"));
        using var advisor = mesh.Workload("advisor");
        var old = await mesh.ScoreTokenAsync(advisor);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, old));
        await mesh.Issuer.StopAsync();

        mesh.Clock.Advance(TimeSpan.FromSeconds(80));
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, old));
        mesh.Clock.Advance(TimeSpan.FromSeconds(11));
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, old), 401, "revocation_unknown");
        // What was issued since was in order when it was.
        var young = mesh.Issuer.Resign(old, c => (c["iat"], c["exp"]) = (Now(), Now() + 60));
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, young));

        long Now() => mesh.Clock.GetUtcNow().ToUnixTimeSeconds();
    }

    [Fact, Threat("T33")]
    public async Task A_workload_whose_identity_is_withdrawn_calls_nobody_and_serves_nobody()
    {
        await using var mesh = await AttackMesh.StartAsync();
        await using var advisor = await mesh.StartAsync("advisor");
        await using var local = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");
        var ask = new Uri(advisor.Address, "/ask");
        Allowed.By(advisor, await local.PostAsync(ask));
        var svid = local.Identity.GetX509Svid();

        local.Identity.Update(null, [mesh.Authority.X509Bundle]);
        await local.AssertNotMadeAsync(ask, "no_identity");
        local.Identity.Update(svid, [mesh.Authority.X509Bundle]);
        Allowed.By(advisor, await local.PostAsync(ask));

        // The callee's turn: no SVID, no handshake, for whoever comes now.
        advisor.Identity.Update(null, [mesh.Authority.X509Bundle], [mesh.Authority.JwtBundle]);
        await using var next = new LibraryCaller(mesh, "local", "advisor", "portfolio.advise");
        var decisions = advisor.Audit.Events.Count(e => e.Kind == "decision");
        await Assert.ThrowsAsync<HttpRequestException>(() => next.PostAsync(ask));
        Assert.Equal(decisions, advisor.Audit.Events.Count(e => e.Kind == "decision"));
    }

    [Fact, Threat("T33")]
    public async Task Whoever_fills_the_disk_gets_nothing_that_is_not_on_record()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var (advice, token) = (await mesh.AdviceTokenAsync(), await mesh.ScoreTokenAsync(advisor));
        mesh.RiskAnalyst.Audit.Failure = mesh.Issuer.Audit.Failure = new AuditException("The disk is full.");

        var (atCallee, atIssuer) = (await advisor.CallAsync(mesh.RiskAnalyst, token), await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));

        Assert.Equal((503, "audit_unavailable"), (atCallee.Status, atCallee.Reason));
        Assert.Equal((503, "temporarily_unavailable"), (atIssuer.Status, atIssuer.Error));
        Assert.False(atIssuer.Body.ContainsKey("access_token"));
        mesh.RiskAnalyst.Audit.Failure = mesh.Issuer.Audit.Failure = null;
        await mesh.AssertHonestCallPassesAsync(advisor);
    }
}
