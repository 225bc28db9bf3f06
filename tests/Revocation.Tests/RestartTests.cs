using AgentMesh.Revocation.Tests.Running;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests;

/// <summary>What is disabled stays disabled, whatever part of the mesh is killed and started again meanwhile.</summary>
[Proves("AI7", "T31", "SE1")]
public sealed class RestartTests(ProcessMesh mesh) : IClassFixture<ProcessMesh>
{
    [Fact]
    public async Task A_disabled_agent_stays_disabled_over_the_restart_of_the_authorization_server_of_a_callee_and_of_the_Workload_API()
    {
        var own = await mesh.Probe.JwtSvidAsync();
        Assert.Null((await mesh.Probe.CallAsync("market-data", null)).Refused);
        Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/disable")).Status);

        // Killed at once: nobody has acknowledged anything that was stored.
        await RestartAsync("auth-server");
        Assert.Equal("unauthorized_client", (await mesh.Probe.ExchangeAsync("risk-analyst", "risk.score", own)).Error);
        // Called without a token: however long a restart takes, nothing expires meanwhile.
        await DisabledAgentTests.WaitAsync(async () => (await mesh.Probe.CallAsync("market-data", null)).Refused == "agent_revoked");

        // A callee that has just started knows nothing but what it is told first, and is not ready before.
        await RestartAsync("market-data");
        Assert.Equal("agent_revoked", (await mesh.Probe.CallAsync("market-data", null)).Refused);

        await RestartAsync("workload-api");
        await DisabledAgentTests.WaitAsync(async () => await FetchAsync("operator/tester") is not null);
        await DisabledAgentTests.WaitAsync(async () => await FetchAsync("agent/probe") is null);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.Null(await FetchAsync("agent/probe"));

        // The Workload API has a new authority: everybody has a new SVID, the operator too.
        var tester = await mesh.CallerAsync("operator/tester");
        await DisabledAgentTests.WaitAsync(async () => await SucceedsAsync(async () => (await tester.PostAsync("parties/probe/enable")).Status));
        var probe = await mesh.CallerAsync("agent/probe");
        await DisabledAgentTests.WaitAsync(async () => await SucceedsAsync(async () =>
            (await probe.CallAsync("risk-analyst", (await probe.ExchangeAsync("risk-analyst", "risk.score", await probe.JwtSvidAsync())).Token)).Refused is null ? 200 : 0));
    }

    private async Task RestartAsync(string part)
    {
        await mesh.Parts[part].KillAsync();
        await mesh.Parts[part].StartAsync();
    }

    private static async Task<bool> SucceedsAsync(Func<Task<int>> attempt)
    {
        try
        {
            return await attempt() == 200;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<X509Svid?> FetchAsync(string id)
    {
        await using var client = new WorkloadApiClient(new() { EndpointSocket = mesh.Socket });
        try
        {
            await foreach (var context in client.WatchX509ContextAsync(TestContext.Current.CancellationToken))
                return context.Svids.FirstOrDefault(svid => svid.Id.ToString() == $"spiffe://{ProcessMesh.TrustDomain}/{id}");
        }
        catch (WorkloadApiException)
        {
            // Not up yet.
        }
        return null;
    }
}
