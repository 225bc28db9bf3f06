using System.Text;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Attacks.Tests.Workloads;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using Grpc.Core;

namespace AgentMesh.Attacks.Tests.Floods;

/// <summary>Streams that are opened by the thousand and never used.</summary>
public sealed class IdleStreamTests
{
    private static Metadata Header => new() { { "workload.spiffe.io", "true" } };

    [Fact, Threat("T38")]
    public async Task A_thousand_idle_streams_keep_the_Workload_API_from_serving_nobody()
    {
        await using var service = await IdentityService.StartAsync(withTests: true);
        var calls = Enumerable.Range(0, 50).Select(_ => service.Connect()).SelectMany(client => Enumerable.Range(0, 20).Select(_ =>
            client.FetchX509Bundles(new X509BundlesRequest(), Header, cancellationToken: TestContext.Current.CancellationToken))).ToArray();
        foreach (var call in calls)
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var held = GC.GetTotalMemory(forceFullCollection: true) / calls.Length;

        Assert.InRange(held, 0, 256 * 1024);
        Assert.Equal("spiffe://mesh.test/agent/advisor", await service.RunAsync(IdentityService.Probe));
        foreach (var call in calls)
            call.Dispose();
    }

    [Fact, Threat("T38")]
    public async Task Silence_and_nonsense_on_the_Workload_APIs_socket_keep_nobody_waiting()
    {
        await using var service = await IdentityService.StartAsync();
        List<Stream> silent = [];
        for (var i = 0; i < 200; i++)
        {
            var connection = await service.OpenAsync(null, TestContext.Current.CancellationToken);
            if (i % 2 == 0)
                await connection.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), TestContext.Current.CancellationToken);
            silent.Add(connection);
        }

        Assert.Equal("spiffe://mesh.test/agent/advisor", await service.RunAsync(IdentityService.Probe));
        foreach (var connection in silent)
            await connection.DisposeAsync();
    }

    [Fact, Threat("T38")]
    public async Task Whoever_opens_streams_of_events_without_end_takes_nobody_elses()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1000; i++)
            Assert.Equal(200, (await advisor.PollAsync($"stream-{i}")).Status);

        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / 1000, long.MinValue, 32 * 1024);
        Refused.By(mesh.Issuer, await advisor.PollAsync("one-too-many"), 429, "temporarily_unavailable", "too_many_streams");
        Assert.Equal(200, (await advisor.PollAsync("stream-0")).Status);
        using var local = mesh.Workload("local");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await local.PostAsync("parties/trader/disable")).Status);
        await mesh.RiskAnalyst.Audit.WaitForAsync(e => e.Kind == "revocation", patience.Token);
        await mesh.AssertHonestCallPassesAsync(advisor);
    }
}
