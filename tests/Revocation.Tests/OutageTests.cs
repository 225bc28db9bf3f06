using System.Diagnostics;
using AgentMesh.Revocation.Tests.Running;
using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests;

/// <summary>The authorization server dies, hangs or talks nonsense under a running mesh: nobody is let through who would not have been.</summary>
[Proves("T33", "AI7")]
public sealed class OutageTests(ProcessMesh mesh) : IClassFixture<ProcessMesh>
{
    [Fact]
    public async Task Without_the_authorization_server_tokens_serve_until_they_expire_and_everything_recovers_by_itself()
    {
        var tokens = await DisabledAgentTests.TokensAsync(mesh.Probe);
        var (issued, own) = (Stopwatch.GetTimestamp(), await mesh.Probe.JwtSvidAsync());
        Assert.True(await DisabledAgentTests.AllServeAsync(mesh.Probe, tokens));

        await mesh.Parts["auth-server"].KillAsync();
        var unheard = Stopwatch.GetTimestamp();
        await NoTokenAsync(own);
        mesh.Issuer.Do(FrontDoor.Mode.Nonsense);
        await NoTokenAsync(own);
        Assert.True(await DisabledAgentTests.AllServeAsync(mesh.Probe, tokens));
        // What the issuer never signed stays refused, also while its keys cannot be read again.
        Assert.NotNull((await mesh.Probe.CallAsync("risk-analyst", tokens["risk-analyst"]![..^4] + "AAAA")).Refused);
        mesh.Issuer.Do(FrontDoor.Mode.Hang);
        Assert.True(await DisabledAgentTests.AllServeAsync(mesh.Probe, tokens));

        // Tokens live for 30 s here, and go with no grace.
        await UntilAsync(issued, 31);
        foreach (var agent in ProcessMesh.Agents.Where(agent => tokens[agent] is not null))
            Assert.Equal("token_expired", (await mesh.Probe.CallAsync(agent, tokens[agent])).Refused);
        // Revocations have gone unheard for longer than Mesh:Server:RevocationMaxStaleness, 45 s here. Where no token is needed, the SVID is what is too old.
        await UntilAsync(unheard, 46);
        Assert.Equal("revocation_unknown", (await mesh.Probe.CallAsync("market-data", null)).Refused);

        mesh.Issuer.Do(FrontDoor.Mode.Forward);
        await mesh.Parts["auth-server"].StartAsync();
        await DisabledAgentTests.WaitAsync(async () => await DisabledAgentTests.AllServeAsync(mesh.Probe, await DisabledAgentTests.TokensAsync(mesh.Probe)));
    }

    private async Task NoTokenAsync(string own) =>
        await Assert.ThrowsAsync<HttpRequestException>(() => mesh.Probe.ExchangeAsync("risk-analyst", "risk.score", own));

    private static async Task UntilAsync(long since, int seconds)
    {
        var left = TimeSpan.FromSeconds(seconds) - Stopwatch.GetElapsedTime(since);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, TestContext.Current.CancellationToken);
    }
}
