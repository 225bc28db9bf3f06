using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Exchange;

/// <summary>Exchanging a token is no way to live longer than it does.</summary>
public sealed class LifetimeTests
{
    [Fact, Threat("T21")]
    public async Task A_derived_token_ends_when_its_parent_does()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();
        mesh.Clock.Advance(TimeSpan.FromMinutes(4));

        var derived = await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score", ("expires_in", "3600"));

        Allowed.By(mesh.Issuer, derived);
        Assert.Equal((long)Jwt.Claims(advice)["exp"]!, (long)Jwt.Claims(derived.Token)["exp"]!);
        Assert.InRange((int)derived.Body["expires_in"]!, 50, 60);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, derived.Token));
        mesh.Clock.Advance(TimeSpan.FromMinutes(1));
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, derived.Token), 401, "token_expired");
    }

    [Fact, Threat("T21")]
    public async Task An_expired_token_is_not_exchanged()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();
        mesh.Clock.Advance(TimeSpan.FromMinutes(5));

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_invalid");
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    [Theory, Threat("T21")]
    [InlineData("revoke", "")]
    [InlineData("transactions/{txn}/revoke", "")]
    [InlineData("tokens/{jti}/revoke", "")]
    [InlineData("parties/local/disable", "parties/local/enable")]
    public async Task A_revoked_token_is_not_exchanged(string revocation, string undo)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var local = mesh.Workload("local");
        var advice = await mesh.AdviceTokenAsync();
        var claims = Jwt.Claims(advice);
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));

        Assert.Equal(200, (await local.PostAsync(revocation.Replace("{txn}", (string)claims["txn"]!, StringComparison.Ordinal).Replace("{jti}", (string)claims["jti"]!, StringComparison.Ordinal), ("token", advice))).Status);

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
        if (undo.Length == 0)
            await mesh.AssertHonestCallPassesAsync(advisor);
    }
}
