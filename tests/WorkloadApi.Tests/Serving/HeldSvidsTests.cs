using AgentMesh.WorkloadApi.Serving;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class HeldSvidsTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task The_server_wipes_a_key_when_it_is_renewed_and_when_its_stream_ends()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var entry = Assert.Single(server.Entries.Entries, e => e.Party.Name == "me");
        var held = new HeldSvids(Lifetime, server.Telemetry);

        var first = held.Refresh([entry], server.Trust.Current, server.Time.GetUtcNow())!.Svids[0].X509SvidKey;
        Assert.Contains(first, b => b != 0);
        entry.RenewNow();
        var second = held.Refresh([entry], server.Trust.Current, server.Time.GetUtcNow())!.Svids[0].X509SvidKey;

        Assert.All(first, b => Assert.Equal(0, b));
        Assert.Contains(second, b => b != 0);
        held.Dispose();
        Assert.All(second, b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task What_the_client_has_already_is_not_sent_again()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var entry = Assert.Single(server.Entries.Entries, e => e.Party.Name == "me");
        using var held = new HeldSvids(Lifetime, server.Telemetry);

        Assert.NotNull(held.Refresh([entry], server.Trust.Current, server.Time.GetUtcNow()));
        Assert.Null(held.Refresh([entry], server.Trust.Current, server.Time.GetUtcNow()));
    }
}
