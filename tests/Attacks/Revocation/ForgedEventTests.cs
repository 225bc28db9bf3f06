using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Revocation;

/// <summary>Somebody in the stream of security events wants an agent out, or a revoked one back in (RFC 8417, RFC 8936).</summary>
public sealed class ForgedEventTests
{
    private const string SessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    private const string AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";

    [Fact, Threat("T32")]
    public async Task A_forged_event_is_reported_and_changes_nothing()
    {
        await using var mesh = await AttackMesh.StartBehindAFrontAsync();
        using var advisor = mesh.Workload("advisor");
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (id, genuine) = Event(mesh, SessionRevoked);

        Assert.Equal("token_signature", await InjectAsync(Jwt.Change(genuine, null, null, data => foreign.SignData(data, HashAlgorithmName.SHA256))));
        Assert.Equal("token_audience", await InjectAsync(mesh.Issuer.Resign(genuine, c => c["aud"] = AttackManifest.IdOf("trader"))));
        Assert.Equal("token_issuer", await InjectAsync(mesh.Issuer.Resign(genuine, c => c["iss"] = "https://evil.example/")));
        Assert.Equal("token_type", await InjectAsync(mesh.Issuer.Resign(genuine, header: h => h["typ"] = "at+jwt")));
        Assert.Equal("token_header", await InjectAsync(mesh.Issuer.Resign(genuine, header: h => h["jku"] = "https://evil.example/")));
        Assert.Equal("token_algorithm", await InjectAsync(Jwt.Change(genuine, h => h["alg"] = "none", null, static _ => [1])));
        Assert.Equal("jti_mismatch", await mesh.Front!.InjectAsync("another", genuine));
        // An access token is no event.
        Assert.Equal("token_type", await InjectAsync(await mesh.ScoreTokenAsync(advisor)));
        Assert.DoesNotContain(mesh.RiskAnalyst.Audit.Events, e => e.Kind == "revocation");
        await mesh.AssertHonestCallPassesAsync(advisor);

        Assert.Null(await InjectAsync(genuine));
        Assert.Contains(mesh.RiskAnalyst.Audit.Events, e => e is { Kind: "revocation", Decision: "deny" } && e.Subject == advisor.Id);
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, await mesh.ScoreTokenAsync(advisor)), 401, "agent_revoked");

        Task<string?> InjectAsync(string token) => mesh.Front!.InjectAsync(id, token);
    }

    [Fact, Threat("T32")]
    public async Task An_event_that_is_replayed_or_comes_late_undoes_nothing_newer()
    {
        await using var mesh = await AttackMesh.StartBehindAFrontAsync();
        using var advisor = mesh.Workload("advisor");
        var restored = Event(mesh, AccountEnabled);
        mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        var revoked = Event(mesh, SessionRevoked);
        Assert.Null(await mesh.Front!.InjectAsync(revoked.Id, revoked.Token));
        var record = mesh.RiskAnalyst.Audit.Events.Count(e => e.Kind == "revocation");

        // The older one after the newer one; then the newer one once more.
        Assert.Null(await mesh.Front.InjectAsync(restored.Id, restored.Token));
        Refused.By(mesh.RiskAnalyst, await advisor.CallAsync(mesh.RiskAnalyst, await mesh.ScoreTokenAsync(advisor)), 401, "agent_revoked");
        Assert.Null(await mesh.Front.InjectAsync(revoked.Id, revoked.Token));
        Assert.Equal(record, mesh.RiskAnalyst.Audit.Events.Count(e => e.Kind == "revocation"));

        mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        var again = Event(mesh, AccountEnabled);
        Assert.Null(await mesh.Front.InjectAsync(again.Id, again.Token));
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        await mesh.AssertHonestCallPassesAsync(advisor);
        Assert.Null(await mesh.Front.InjectAsync(revoked.Id, revoked.Token));
        await mesh.AssertHonestCallPassesAsync(advisor);
    }

    private static (string Id, string Token) Event(AttackMesh mesh, string type)
    {
        var id = Guid.NewGuid().ToString("N");
        var now = mesh.Clock.GetUtcNow().ToUnixTimeSeconds();
        return (id, mesh.Issuer.Sign("secevent+jwt", new()
        {
            ["iss"] = mesh.Issuer.Name.ToString(),
            ["aud"] = AttackManifest.IdOf("risk-analyst"),
            ["jti"] = id,
            ["iat"] = now,
            ["sub_id"] = new JsonObject { ["format"] = "uri", ["uri"] = AttackManifest.IdOf("advisor") },
            ["events"] = new JsonObject { [type] = new JsonObject { ["event_timestamp"] = now } },
        }));
    }
}
