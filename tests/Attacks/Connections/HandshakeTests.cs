using System.Security.Authentication;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>Whoever cannot prove a SPIFFE identity of the trust domain gets no connection: the stolen token in hand is never looked at.</summary>
[Collection(nameof(AttackMesh))]
public sealed class HandshakeTests(AttackMesh mesh)
{
    private static readonly SpiffeId AdvisorId = SpiffeId.Parse(AttackManifest.IdOf("advisor"));

    [Fact, Threat("T01")]
    public async Task A_connection_without_a_certificate_is_refused()
    {
        await AssertRefusedAsync(null, "it sent no certificate");
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T01")]
    public async Task Plain_http_is_refused()
    {
        var stolen = await StolenTokenAsync();
        var decisions = mesh.RiskAnalyst.Audit.Events.Count;

        await Refused.InHandshakeAsync(new UriBuilder(mesh.RiskAnalyst.Address) { Scheme = "http" }.Uri, new SocketsHttpHandler(), stolen);
        Assert.Equal(decisions, mesh.RiskAnalyst.Audit.Events.Count);
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T01")]
    public async Task TLS_1_2_is_refused()
    {
        var stolen = await StolenTokenAsync();
        var decisions = mesh.RiskAnalyst.Audit.Events.Count;
        var genuine = mesh.Authority.IssueCertificate(AdvisorId);

#pragma warning disable CA5398 // The attacker asks for the old version.
        await Refused.InHandshakeAsync(mesh.RiskAnalyst.Address, AttackClient.CreateHandler(genuine, SslProtocols.Tls12), stolen);
#pragma warning restore CA5398
        Assert.Equal(decisions, mesh.RiskAnalyst.Audit.Events.Count);
        // The same certificate is good enough for TLS 1.3, so it was the version that was refused.
        using var modern = new HttpClient(AttackClient.CreateHandler(genuine));
        using var answer = await modern.GetAsync(new Uri(mesh.RiskAnalyst.Address, "/score"), TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)answer.StatusCode);
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T02")]
    public async Task A_self_signed_certificate_with_the_right_SPIFFE_ID_is_refused()
    {
        await AssertRefusedAsync(mesh.Authority.IssueCertificate(AdvisorId, new CertificateShape { SelfSigned = true }), "not issued by an authority");
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T03")]
    public async Task An_authority_of_another_trust_domain_vouches_for_nobody_here()
    {
        using var foreign = new TestAuthority("evil.example", mesh.Clock);

        await AssertRefusedAsync(foreign.IssueCertificate(AdvisorId), "not issued by an authority");
        await AssertRefusedAsync(foreign.IssueCertificate(foreign.Id("/agent/advisor")), "there is no bundle for its trust domain");
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T03")]
    public async Task An_authority_that_is_trusted_for_its_own_domain_vouches_for_nobody_in_ours()
    {
        using var partner = new TestAuthority("partner.example", mesh.Clock);
        await using var own = await AttackMesh.StartAsync();
        own.RiskAnalyst.Identity.Update(own.RiskAnalyst.Identity.GetX509Svid(), [own.Authority.X509Bundle, partner.X509Bundle]);

        await AssertRefusedAsync(partner.IssueCertificate(AdvisorId), "not issued by an authority", own);
        // The twin: in its own name the partner gets a connection, and is then refused for want of a token.
        using var honest = own.WorkloadOf(partner, partner.Source(partner.Id("/agent/advisor"), own.Authority));
        Refused.By(own.RiskAnalyst, await honest.CallAsync(own.RiskAnalyst, null), 401, "token_missing");
    }

    [Theory, Threat("T04")]
    [InlineData("two names", "more than one URI SAN")]
    [InlineData("an authority", "cA is true")]
    [InlineData("a trust domain", "no path")]
    [InlineData("no name", "no URI SAN")]
    [InlineData("signs others", "keyCertSign")]
    public async Task A_certificate_that_is_no_SVID_is_refused_whoever_signed_it(string shape, string reason)
    {
        await AssertRefusedAsync(mesh.Authority.IssueCertificate(AdvisorId, shape switch
        {
            "two names" => new() { Uris = [AdvisorId.ToString(), AttackManifest.IdOf("trader")] },
            "an authority" => new() { CertificateAuthority = true },
            "a trust domain" => new() { Uris = [$"spiffe://{AttackManifest.TrustDomain}"] },
            "no name" => new() { Uris = [], DnsNames = ["advisor"] },
            _ => new() { KeyUsages = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.DigitalSignature | System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign },
        }), reason);
        await mesh.AssertHonestCallPassesAsync();
    }

    [Fact, Threat("T04")]
    public async Task A_certificate_that_the_machines_own_store_trusts_is_refused()
    {
        using var publicAuthority = new TestAuthority(AttackManifest.TrustDomain, mesh.Clock);
        using var machine = MachineStore.Trusting(publicAuthority);
        var certificate = publicAuthority.IssueCertificate(AdvisorId);
        Assert.True(MachineStore.Trusts(certificate));

        await AssertRefusedAsync(certificate, "not issued by an authority");
        await mesh.AssertHonestCallPassesAsync();
    }

    private async Task AssertRefusedAsync(IssuedCertificate? certificate, string reason, AttackMesh? other = null)
    {
        var callee = (other ?? mesh).RiskAnalyst;
        // At most ten refused connections a second go on record.
        (other ?? mesh).Clock.Advance(TimeSpan.FromSeconds(1));
        await Refused.InHandshakeAsync(callee.Address, AttackClient.CreateHandler(certificate), await StolenTokenAsync(other));
        Assert.Contains(callee.Log.Lines, line => line.Contains("Refused a connection", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(("connection", "deny", "peer_refused"), (callee.Audit.Last.Kind, callee.Audit.Last.Decision, callee.Audit.Last.Reason));
    }

    private async Task<string> StolenTokenAsync(AttackMesh? other = null)
    {
        using var advisor = (other ?? mesh).Workload("advisor");
        return await (other ?? mesh).ScoreTokenAsync(advisor);
    }
}
