using System.Collections.Concurrent;
using System.Net;
using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Tls;

public sealed class RotationUnderLoadTests
{
    private const int Rotations = 20;

    /// <summary>Two workloads over mutual TLS, each fed by a Workload API; both rotate twenty times and the authority once while they talk.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Rotations_go_unnoticed_while_requests_run(string version)
    {
        using var authority = new TestAuthority("mesh.test");
        var (serverId, clientId) = (authority.Id("/agent/server"), authority.Id("/agent/client"));
        await using var serverApi = await FakeWorkloadApi.StartAsync();
        await using var clientApi = await FakeWorkloadApi.StartAsync();
        serverApi.Serve(authority, authority.IssueCertificate(serverId));
        clientApi.Serve(authority, authority.IssueCertificate(clientId));
        await using var server = SpiffeSource.Create(serverApi.Options);
        await using var client = SpiffeSource.Create(clientApi.Options);
        await Task.WhenAll(server.WaitUntilReadyAsync(TestContext.Current.CancellationToken), client.WaitUntilReadyAsync(TestContext.Current.CancellationToken));
        await using var endpoint = await TlsServer.StartAsync(server, server, Authorize.Id(clientId));
        using var http = new HttpClient(SpiffeTls.CreateHandler(client, client, Authorize.Id(serverId)))
        {
            BaseAddress = endpoint.Address,
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        var failures = new ConcurrentQueue<Exception>();
        var done = 0;
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(CallAsync)).ToList();
        for (var i = 0; i < Rotations; i++)
        {
            await AfterRequestsAsync(40);
            if (i == Rotations / 2)
            {
                await AddAuthorityAsync();
                await AfterRequestsAsync(40);
            }
            await RotateAsync(server, serverApi, serverId);
            await RotateAsync(client, clientApi, clientId);
        }
        await AfterRequestsAsync(40);
        await stop.CancelAsync();
        await Task.WhenAll(workers);

        Assert.Empty(failures);
        // Each of the client's SVIDs was really used, the one published along with the new authority included.
        Assert.Equal(Rotations + 2, endpoint.Peers.Select(static p => p.Thumbprint).Distinct().Count());

        async Task CallAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var response = await http.GetAsync((Uri?)null, TestContext.Current.CancellationToken);
                    if (response.StatusCode != HttpStatusCode.OK)
                        failures.Enqueue(new HttpRequestException($"{response.StatusCode}"));
                    Interlocked.Increment(ref done);
                }
                catch (Exception e)
                {
                    failures.Enqueue(e);
                }
            }
        }

        async Task AfterRequestsAsync(int count)
        {
            var target = Volatile.Read(ref done) + count;
            while (Volatile.Read(ref done) < target && failures.IsEmpty)
                await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }

        async Task RotateAsync(SpiffeSource source, FakeWorkloadApi api, SpiffeId id)
        {
            var updated = source.WaitUntilUpdatedAsync(TestContext.Current.CancellationToken);
            api.X509.Push(FakeWorkloadApi.Message(authority, authority.IssueCertificate(id)));
            await updated;
        }

        // The new authority is published to everybody before it signs anything.
        async Task AddAuthorityAsync()
        {
            var (serverNow, clientNow) = (authority.IssueCertificate(serverId), authority.IssueCertificate(clientId));
            authority.RotateX509Authority();
            foreach (var (source, api, identity) in new[] { (server, serverApi, serverNow), (client, clientApi, clientNow) })
            {
                var updated = source.WaitUntilUpdatedAsync(TestContext.Current.CancellationToken);
                api.X509.Push(FakeWorkloadApi.Message(authority, identity));
                await updated;
            }
            Assert.Equal(2, server.FindX509Bundle(authority.TrustDomain)!.Authorities.Count);
        }
    }
}
