using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Tests.Serving;

public sealed class RotationTests
{
    [Fact]
    [Proves("WA2")]
    public async Task A_new_SVID_is_pushed_at_half_of_its_life_and_not_long_before()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        using var call = Open(server);
        var first = Assert.Single((await call.NextAsync()).Svids);
        var next = call.NextAsync();

        server.Time.Advance(TimeSpan.FromMinutes(30 * 0.45) - TimeSpan.FromSeconds(1));
        // The answer to another call tells that nothing was pushed before.
        await X509SvidTests.FetchAsync(server);
        Assert.False(next.IsCompleted);
        server.Time.Advance(TimeSpan.FromMinutes(30 * 0.05) + TimeSpan.FromSeconds(1));
        var second = Assert.Single((await next).Svids);

        Assert.NotEqual(first.X509SvidKey, second.X509SvidKey);
        Assert.Equal(first.Bundle, second.Bundle);
        using var leaf = X509CertificateLoader.LoadCertificate(second.X509Svid.Span);
        Assert.True(leaf.NotAfter.ToUniversalTime() > server.Time.GetUtcNow().AddMinutes(28));
    }

    [Fact]
    [Proves("X4")]
    public async Task A_new_authority_is_published_before_it_signs_and_the_old_one_until_its_last_SVID_has_ended()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:AuthorityLifetime=12:00:00");
        var start = await ObserveAsync(server);

        server.Time.Advance(TimeSpan.FromHours(6));
        var published = await ObserveAsync(server);
        server.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        var before = await ObserveAsync(server);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var signing = await ObserveAsync(server);
        server.Time.Advance(TimeSpan.FromMinutes(30));
        var overlap = await ObserveAsync(server);
        server.Time.Advance(TimeSpan.FromMinutes(2));
        var alone = await ObserveAsync(server);

        Assert.Single(start.Authorities);
        Assert.Equal(2, published.Authorities.Count);
        Assert.Equal(start.Signer, published.Signer);
        Assert.Equal(start.Signer, before.Signer);
        Assert.NotEqual(start.Signer, signing.Signer);
        Assert.Contains(signing.Signer, published.Authorities);
        Assert.Contains(start.Signer, overlap.Authorities);
        Assert.Equal([signing.Signer], alone.Authorities);
    }

    [Fact]
    [Proves("WA2")]
    public async Task A_change_of_the_bundle_is_pushed_to_streams_with_the_SVID_they_have()
    {
        using var mesh = new TestMesh { X509Lifetime = "01:00:00" };
        await using var server = await RunningServer.StartAsync(
            mesh.Agent("me", TestMesh.ThisProcess).Operator("op", TestMesh.ThisProcess), "--Mesh:WorkloadApi:PropagationDelay=00:01:00");
        using var call = Open(server);
        using var bundles = server.Workload().FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var first = await call.NextAsync();
        await bundles.NextAsync();

        await server.Admin().RotateAsync(new() { Target = Protocol.RotationTarget.X509Authority }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var second = await call.NextAsync();

        Assert.Equal(first.Svids[0].X509Svid, second.Svids[0].X509Svid);
        Assert.Equal(2, X509SvidTests.Bundle(second.Svids[0].Bundle.Span).FindX509Bundle(TrustDomain.Parse("mesh.test"))!.Authorities.Count);
        Assert.Equal(second.Svids[0].Bundle, (await bundles.NextAsync()).Bundles["spiffe://mesh.test"]);

        server.Time.Advance(TimeSpan.FromMinutes(1));
        var third = await call.NextAsync();

        Assert.NotEqual(first.Svids[0].X509Svid, third.Svids[0].X509Svid);
        using var leaf = X509CertificateLoader.LoadCertificate(third.Svids[0].X509Svid.Span);
        Assert.True(X509SvidValidator.Validate(leaf, [], X509SvidTests.Bundle(second.Svids[0].Bundle.Span), server.Time.GetUtcNow()).IsValid);
    }

    [Fact]
    [Proves("WA7")]
    public async Task A_withdrawn_identity_ends_every_stream_with_PermissionDenied_and_comes_back_when_given_back()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var cancel = TestContext.Current.CancellationToken;
        var entry = Assert.Single(server.Entries.Entries, e => e.Party.Name == "me");
        var client = server.Workload();
        using var svids = client.FetchX509SVID(new(), UnixChannel.Header, cancellationToken: cancel);
        using var bundles = client.FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: cancel);
        using var keys = client.FetchJWTBundles(new(), UnixChannel.Header, cancellationToken: cancel);
        await svids.NextAsync();
        await bundles.NextAsync();
        await keys.NextAsync();

        server.Entries.SetEnabled(entry, false);

        Assert.Equal(new Status(StatusCode.PermissionDenied, "no identity issued"), await svids.EndAsync());
        Assert.Equal(StatusCode.PermissionDenied, (await bundles.EndAsync()).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await keys.EndAsync()).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Open(server).EndAsync()).StatusCode);
        server.Entries.SetEnabled(entry, true);
        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
    }

    [Fact]
    [Proves("WA2")]
    public async Task Withdrawing_one_of_two_identities_pushes_the_full_state_without_it()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("one", TestMesh.ThisProcess).Agent("two", TestMesh.ThisProcess));
        using var call = Open(server);
        var both = await call.NextAsync();

        server.Entries.SetEnabled(server.Entries.Find(SpiffeId.Parse("spiffe://mesh.test/agent/one"))!, false);
        var left = Assert.Single((await call.NextAsync()).Svids);

        Assert.Equal(both.Svids[1], left);
    }

    private static AsyncServerStreamingCall<X509SVIDResponse> Open(RunningServer server) =>
        server.Workload().FetchX509SVID(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<(string Signer, IReadOnlyList<string> Authorities)> ObserveAsync(RunningServer server)
    {
        var svid = Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
        using var leaf = X509CertificateLoader.LoadCertificate(svid.X509Svid.Span);
        var source = X509SvidTests.Bundle(svid.Bundle.Span);
        Assert.True(X509SvidValidator.Validate(leaf, [], source, server.Time.GetUtcNow()).IsValid);
        return (leaf.Issuer, [.. source.FindX509Bundle(TrustDomain.Parse("mesh.test"))!.Authorities.Select(a => a.Subject)]);
    }
}
