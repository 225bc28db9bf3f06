using System.Net;
using System.Net.Sockets;
using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

public sealed class EndpointTests
{
    [Theory, Proves("WE3")]
    [InlineData("unix:///tmp/w.sock")]
    [InlineData("unix:/tmp/w.sock")]
    [InlineData("tcp://127.0.0.1:8081")]
    [InlineData("tcp://[::1]:8081")]
    public async Task A_unix_path_or_an_ip_address_with_port_is_accepted(string address)
    {
        await using var client = new WorkloadApiClient(new WorkloadApiClientOptions { EndpointSocket = address });

        Assert.Equal(address, client.Endpoint);
    }

    [Theory, Proves("WE3")]
    [InlineData("/tmp/w.sock", "neither unix nor tcp")]
    [InlineData("http://127.0.0.1:80", "neither unix nor tcp")]
    [InlineData("unix://tmp/w.sock", "no authority")]
    [InlineData("unix:tmp/w.sock", "not absolute")]
    [InlineData("unix:////w.sock", "not absolute")]
    [InlineData("unix:///", "names no socket")]
    [InlineData("unix:///w.sock?x", "query or fragment")]
    [InlineData("unix:///w.sock#x", "query or fragment")]
    [InlineData("tcp://127.0.0.1:8081/", "no path")]
    [InlineData("tcp://127.0.0.1:8081/foo", "no path")]
    [InlineData("tcp://127.0.0.1", "has no port")]
    [InlineData("tcp://127.0.0.1:0", "has no port")]
    [InlineData("tcp://127.0.0.1:70000", "has no port")]
    [InlineData("tcp://localhost:8081", "not an IP address")]
    [InlineData("tcp://1:8081", "not an IP address")]
    [InlineData("tcp://user@127.0.0.1:8081", "user information")]
    [InlineData("tcp://127.0.0.1:8081?x", "query or fragment")]
    public void Anything_else_is_refused_with_the_setting_and_the_reason(string address, string reason)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new WorkloadApiClient(new WorkloadApiClientOptions { EndpointSocket = address }));

        Assert.StartsWith($"SPIFFE_ENDPOINT_SOCKET is '{address}', but ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact, Proves("WE3")]
    public void A_socket_path_that_the_system_cannot_hold_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            new WorkloadApiClient(new WorkloadApiClientOptions { EndpointSocket = "unix:///" + new string('a', 107) }));

        Assert.Contains("longer than 107 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact, Proves("WE3")]
    public async Task The_environment_names_the_socket_when_nothing_else_does()
    {
        var before = Environment.GetEnvironmentVariable("SPIFFE_ENDPOINT_SOCKET");
        try
        {
            Environment.SetEnvironmentVariable("SPIFFE_ENDPOINT_SOCKET", null);
            var error = Assert.Throws<InvalidOperationException>(() => new WorkloadApiClient(new WorkloadApiClientOptions()));
            Assert.Contains("Set the environment variable SPIFFE_ENDPOINT_SOCKET", error.Message, StringComparison.Ordinal);

            Environment.SetEnvironmentVariable("SPIFFE_ENDPOINT_SOCKET", "unix:///run/w.sock");
            await using var client = new WorkloadApiClient(new WorkloadApiClientOptions());
            Assert.Equal("unix:///run/w.sock", client.Endpoint);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SPIFFE_ENDPOINT_SOCKET", before);
        }
    }

    [Fact, Proves("WE1", "WE3")]
    public async Task The_address_may_be_tcp()
    {
        await using var api = await FakeWorkloadApi.StartAsync();
        using var authority = new TestAuthority("mesh.test");
        api.Serve(authority, authority.IssueCertificate(authority.Id("/agent/a")));
        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        var relaying = RelayAsync(relay, api.Socket, TestContext.Current.CancellationToken);

        await using (var client = new WorkloadApiClient(new WorkloadApiClientOptions { EndpointSocket = $"tcp://{relay.LocalEndpoint}" }))
        {
            await foreach (var context in client.WatchX509ContextAsync(TestContext.Current.CancellationToken))
            {
                Assert.Equal("spiffe://mesh.test/agent/a", Assert.Single(context.Svids).Id.ToString());
                break;
            }
        }

        relay.Stop();
        await relaying;
    }

    private static async Task RelayAsync(TcpListener listener, string socket, CancellationToken cancellation)
    {
        using var incoming = await listener.AcceptSocketAsync(cancellation);
        using var outgoing = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await outgoing.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
        await using var left = new NetworkStream(incoming);
        await using var right = new NetworkStream(outgoing);
        await Task.WhenAny(left.CopyToAsync(right, cancellation), right.CopyToAsync(left, cancellation));
    }
}
