using System.Net;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;

namespace AgentMesh.Auth.Tests;

/// <summary>What the callee records about the caller's workload, what was at stake and what was done.</summary>
[Proves("AI8")]
public sealed class AuditFactsTests : InboundTest
{
    private protected override void Configure(TestAgent.Setup setup) => setup.Endpoints = app =>
    {
        app.MapGet("/score", () => "scored").RequireScope("risk.score");
        app.MapGet("/order", () => "placed").RequireScope("trade.execute");
    };

    [Fact]
    public async Task An_allowed_request_tells_how_the_callers_SVID_stands()
    {
        await AssertHonestCallPassesAsync();

        var svid = Advisor.Svid;
        Assert.Equal(($"SVID of agentmesh.local, valid until {svid.NotAfter.UtcDateTime:O}", "normal", null), Facts);
    }

    [Fact]
    public async Task A_request_for_what_needs_a_persons_approval_is_of_high_risk_also_without_the_scope()
    {
        AssertRefused(await Client.GetAsync("/order", HonestToken()), HttpStatusCode.Forbidden, "insufficient_scope");
        Assert.Equal(("high", "refused"), (Facts.Risk, Facts.Remediation));

        var answer = await Client.GetAsync("/order", Mesh.Issuer.Issue(Advisor, "risk-analyst", "trade.execute"));
        Assert.Equal((HttpStatusCode.OK, "high", null), (answer.Status, Facts.Risk, Facts.Remediation));
    }

    private (string? Posture, string? Risk, string? Remediation) Facts => (Callee.Audit.Last.Posture, Callee.Audit.Last.Risk, Callee.Audit.Last.Remediation);
}
