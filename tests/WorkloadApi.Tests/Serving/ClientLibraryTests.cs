using AgentMesh.Spiffe;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Serving;

/// <summary>Our client and our server, over a real socket.</summary>
public sealed class ClientLibraryTests
{
    [Fact]
    public async Task A_source_gets_an_SVID_the_bundles_and_tokens_and_follows_rotation()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var cancel = TestContext.Current.CancellationToken;
        await using var source = SpiffeSource.Create(new WorkloadApiClientOptions { EndpointSocket = $"unix://{mesh.SocketPath}" }, server.Time);
        await source.WaitUntilReadyAsync(cancel);
        var first = source.GetX509Svid();
        var own = TrustDomain.Parse("mesh.test");

        Assert.Equal("spiffe://mesh.test/agent/me", first.Id.ToString());
        Assert.True(X509SvidValidator.Validate(first.Certificate, first.Intermediates, source, server.Time.GetUtcNow()).IsValid);
        var token = await source.FetchJwtSvidAsync("https://as.example/", cancel);
        await source.UntilAsync(() => source.FindJwtBundle(own) is not null);
        Assert.True(JwtSvidValidator.Validate(token.Token, source, "https://as.example/", server.Time.GetUtcNow()).IsValid);

        var updated = source.WaitUntilUpdatedAsync(cancel);
        server.Time.Advance(TimeSpan.FromMinutes(15));
        await updated;

        Assert.NotEqual(first.Thumbprint, source.GetX509Svid().Thumbprint);
    }

    [Fact]
    [Proves("WA7")]
    public async Task A_source_stops_using_its_SVID_when_the_identity_is_withdrawn()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var cancel = TestContext.Current.CancellationToken;
        await using var source = SpiffeSource.Create(new WorkloadApiClientOptions { EndpointSocket = $"unix://{mesh.SocketPath}" }, server.Time);
        await source.WaitUntilReadyAsync(cancel);

        server.Entries.SetEnabled(Assert.Single(server.Entries.Entries, e => e.Party.Name == "me"), false);
        await source.UntilAsync(() => Record.Exception(source.GetX509Svid) is WorkloadApiException);

        Assert.Contains("no identity issued", Assert.Throws<WorkloadApiException>(source.GetX509Svid).Message, StringComparison.Ordinal);
    }
}
