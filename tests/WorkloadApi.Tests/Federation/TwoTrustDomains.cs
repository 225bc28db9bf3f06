using AgentMesh.Spiffe;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Federation;

/// <summary>Two Workload APIs on one machine that federate with each other by <c>https_spiffe</c>, and a workload of each.</summary>
internal sealed class TwoTrustDomains : IAsyncDisposable
{
    private readonly TestMesh _meshA;
    private readonly TestMesh _meshB;

    private TwoTrustDomains(TestMesh meshA, TestMesh meshB) => (_meshA, _meshB) = (meshA, meshB);

    public required RunningServer A { get; init; }

    public required RunningServer B { get; init; }

    public required SpiffeSource WorkloadA { get; init; }

    public required SpiffeSource WorkloadB { get; init; }

    public static TrustDomain DomainA { get; } = TrustDomain.Parse("a.test");

    public static TrustDomain DomainB { get; } = TrustDomain.Parse("b.test");

    public static async Task<TwoTrustDomains> StartAsync()
    {
        var (meshA, meshB) = (new TestMesh { TrustDomain = "a.test" }, new TestMesh { TrustDomain = "b.test" });
        var portOfA = FreePort.Take();
        // Neither has the other's bundle when it starts: B waits for the file, A finds it.
        var b = await RunningServer.StartAsync(
            Workload(meshB),
            [.. Serve("https://127.0.0.1:0"), .. Federate("a.test", $"https://127.0.0.1:{portOfA}", meshB)]);
        await WriteBundleAsync(b, meshA);
        var a = await RunningServer.StartAsync(
            Workload(meshA),
            [.. Serve($"https://127.0.0.1:{portOfA}"), .. Federate("b.test", b.BundleEndpoint.GetLeftPart(UriPartial.Authority), meshA)]);
        await WriteBundleAsync(a, meshB);
        b.Time.Advance(TimeSpan.FromSeconds(2));
        a.Time.Advance(TimeSpan.FromSeconds(2));
        return new TwoTrustDomains(meshA, meshB) { A = a, B = b, WorkloadA = await ConnectAsync(a, DomainB), WorkloadB = await ConnectAsync(b, DomainA) };
    }

    public async ValueTask DisposeAsync()
    {
        await WorkloadA.DisposeAsync();
        await WorkloadB.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
        _meshA.Dispose();
        _meshB.Dispose();
    }

    private static TestMesh Workload(TestMesh mesh) => mesh.Agent("me", TestMesh.ThisProcess).Operator("op", TestMesh.ThisProcess);

    private static string[] Serve(string address) => [$"--Mesh:WorkloadApi:BundleEndpoint:Url={address}/b/bundle.json", "--Mesh:WorkloadApi:PropagationDelay=00:10:00"];

    private static string[] Federate(string trustDomain, string address, TestMesh mesh) =>
    [
        $"--Mesh:WorkloadApi:Federation:0:TrustDomain={trustDomain}",
        $"--Mesh:WorkloadApi:Federation:0:Url={address}/b/bundle.json",
        "--Mesh:WorkloadApi:Federation:0:Profile=https_spiffe",
        $"--Mesh:WorkloadApi:Federation:0:EndpointSpiffeId=spiffe://{trustDomain}/service/workload-api",
        $"--Mesh:WorkloadApi:Federation:0:BundleFile={Path.Combine(mesh.Folder, "other.json")}",
    ];

    private static async Task WriteBundleAsync(RunningServer from, TestMesh to)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        await File.WriteAllBytesAsync(
            Path.Combine(to.Folder, "other.json"), await http.GetByteArrayAsync($"{from.HttpAddress}/bundle", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
    }

    private static async Task<SpiffeSource> ConnectAsync(RunningServer server, TrustDomain other)
    {
        var source = SpiffeSource.Create(new WorkloadApiClientOptions { EndpointSocket = $"unix://{server.Mesh.SocketPath}", Hint = "me" }, server.Time);
        await source.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        await source.UntilAsync(() => source.FindX509Bundle(other) is not null);
        return source;
    }
}
