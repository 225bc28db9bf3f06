using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Connections;

/// <summary>Who calls is what the handshake proved. Headers in which proxies like to pass that on are so much text.</summary>
[Collection(nameof(AttackMesh))]
public sealed class SpoofedHeaderTests(AttackMesh mesh)
{
    public static TheoryData<string, string> Headers => new()
    {
        { "X-SPIFFE-ID", AttackManifest.IdOf("advisor") },
        { "X-Forwarded-Client-Cert", $"By={AttackManifest.IdOf("risk-analyst")};Hash=00;URI={AttackManifest.IdOf("advisor")}" },
        { "X-ARR-ClientCert", "MIIB" },
        { "X-Client-Cert", "MIIB" },
        { "X-Forwarded-For", "127.0.0.1" },
        { "X-Forwarded-Host", "risk-analyst" },
        { "Forwarded", "for=127.0.0.1;host=risk-analyst;proto=https" },
    };

    [Theory, Threat("T37")]
    [MemberData(nameof(Headers))]
    public async Task A_header_that_claims_an_identity_is_ignored(string header, string value)
    {
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("trader");
        var stolen = await mesh.ScoreTokenAsync(advisor);

        Refused.By(mesh.RiskAnalyst, await thief.CallAsync(mesh.RiskAnalyst, stolen, "/score", (header, value)), 401, "cnf_mismatch");
        Assert.Equal(thief.Id, mesh.RiskAnalyst.Audit.Last.Caller);
        Allowed.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, stolen, "/score", (header, value)));
    }

    [Theory, Threat("T37")]
    [MemberData(nameof(Headers))]
    public async Task An_agent_of_mTLS_alone_takes_no_headers_word_either(string header, string value)
    {
        using var stranger = mesh.Workload("auditor");
        using var advisor = mesh.Workload("advisor");

        Refused.By(mesh.MarketData, await stranger.CallAsync(mesh.MarketData, null, "/prices", (header, value)), 403, "edge_unknown");
        Assert.Equal(stranger.Id, mesh.MarketData.Audit.Last.Caller);
        Allowed.By(mesh.MarketData, await advisor.CallAsync(mesh.MarketData, null, "/prices", (header, value)));
    }

    [Fact, Threat("T37")]
    public async Task Where_the_metadata_is_does_not_follow_a_forged_host()
    {
        using var advisor = mesh.Workload("advisor");

        var answer = await advisor.CallAsync(mesh.RiskAnalyst, null, "/score", ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"));

        Refused.By(mesh.RiskAnalyst, answer, 401, "token_missing");
        Assert.Contains($"https://127.0.0.1:{mesh.RiskAnalyst.Address.Port}/.well-known/oauth-protected-resource", answer.Challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", answer.Challenge, StringComparison.Ordinal);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }
}
