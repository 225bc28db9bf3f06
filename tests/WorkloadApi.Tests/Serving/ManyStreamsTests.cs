using AgentMesh.WorkloadApi.Protocol;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class ManyStreamsTests
{
    private const int Connections = 50;
    private const int StreamsEach = 20;

    [Fact]
    public async Task A_thousand_idle_streams_are_all_told_of_a_change_and_others_are_still_served()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Operator("op", TestMesh.ThisProcess));
        var calls = Enumerable.Range(0, Connections).Select(_ => server.Workload()).SelectMany(client => Enumerable.Range(0, StreamsEach).Select(_ =>
            client.FetchX509SVID(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken))).ToArray();
        var first = await Task.WhenAll(calls.Select(c => c.NextAsync()));

        Assert.Equal(Connections * StreamsEach, server.Wakeups.Count);
        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
        await server.Admin().RotateAsync(new() { Target = RotationTarget.X509Svid }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var second = await Task.WhenAll(calls.Select(c => c.NextAsync()));
        foreach (var call in calls)
            call.Dispose();

        Assert.Equal(2 * calls.Length, first.Concat(second).Select(r => r.Svids[0].X509SvidKey).Distinct().Count());
    }
}
