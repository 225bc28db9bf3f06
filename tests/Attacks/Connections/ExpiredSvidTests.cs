using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>A connection outlives the certificate that opened it; what it proves does not.</summary>
public sealed class ExpiredSvidTests
{
    [Theory, Threat("T05")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_open_connection_is_worth_nothing_once_its_SVID_has_expired_and_is_closed(string version)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        Renew(TimeSpan.FromMinutes(2));
        var token = await mesh.ScoreTokenAsync(advisor);
        using var connection = new CountedConnections(mesh, advisor.Identity, Version.Parse(version));
        Allowed.By(mesh.RiskAnalyst, await connection.CallAsync(token));
        Allowed.By(mesh.RiskAnalyst, await connection.CallAsync(token));
        Assert.Equal(1, connection.Opened);

        mesh.Clock.Advance(TimeSpan.FromMinutes(3));
        Refused.By(mesh.RiskAnalyst, await connection.CallAsync(token), 401, "peer_expired");

        Renew(TimeSpan.FromMinutes(30));
        Allowed.By(mesh.RiskAnalyst, await connection.CallAsync(await mesh.ScoreTokenAsync(advisor)));
        Assert.Equal(2, connection.Opened);

        void Renew(TimeSpan lifetime) => advisor.Identity.Update(
            mesh.Authority.IssueX509(SpiffeId.Parse(AttackManifest.IdOf("advisor")), lifetime), [mesh.Authority.X509Bundle], [mesh.Authority.JwtBundle]);
    }

    [Fact, Threat("T05")]
    public async Task An_open_connection_is_worth_nothing_once_its_authority_has_left_the_bundle()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var token = await mesh.ScoreTokenAsync(advisor);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));

        mesh.Authority.RotateX509Authority();
        Trust();
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token));
        mesh.Authority.ForgetOldestX509Authority();
        Trust();

        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, token), 401, "peer_untrusted");

        void Trust() => mesh.RiskAnalyst.Identity.Update(mesh.RiskAnalyst.Identity.GetX509Svid(), [mesh.Authority.X509Bundle], [mesh.Authority.JwtBundle]);
    }

    [Fact, Threat("T05")]
    public async Task The_authorization_server_looks_at_the_SVID_on_every_request_too()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        advisor.Identity.Update(mesh.Authority.IssueX509(advisor.Svid.Id, TimeSpan.FromMinutes(2)), [mesh.Authority.X509Bundle], [mesh.Authority.JwtBundle]);
        var advice = await mesh.AdviceTokenAsync();
        Allowed.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"));

        mesh.Clock.Advance(TimeSpan.FromMinutes(3));

        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "risk-analyst", "risk.score"), 401, "invalid_client", "svid_invalid");
    }
}
