using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Tests.WorkloadApi;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Spiffe.Tests.Federation;

public sealed class FederationTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TestAuthority _other;
    private readonly TestAuthority _web;
    private readonly SpiffeId _serverId;
    private readonly RecordedLog _log = new();
    private readonly StaticSource _otherServer;

    public FederationTests()
    {
        _other = new TestAuthority("other.test", _time);
        _web = new TestAuthority("web.test", _time);
        _serverId = _other.Id("/bundle-server");
        _otherServer = _other.Source(_serverId);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _other.Dispose();
        _web.Dispose();
        _log.Dispose();
    }

    private Task<BundleServer> SpiffeServerAsync() => BundleServer.StartAsync(
        () => SpiffeTls.ServerOptions(_otherServer, _otherServer, Authorize.AnyPeer(), clientCertificateRequired: false, time: _time), () => _other.Bundle);

    private Task<BundleServer> WebServerAsync(string name = "localhost")
    {
        var issued = _web.IssueCertificate(_web.Id("/unused"), new CertificateShape { Uris = [], DnsNames = [name] });
        var context = SslStreamCertificateContext.Create(issued.Leaf, [], offline: true);
        return BundleServer.StartAsync(() => new SslServerAuthenticationOptions { ServerCertificateContext = context }, () => _other.Bundle);
    }

    // Stands for the machine's public authorities.
    private BundleEndpointClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _web.Root },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    }, _time);

    private FederatedBundles Federated(BundleEndpointClient client, IX509BundleSource? own = null) => new(client, own, _time, _log);

    [Fact, Proves("F1")]
    public async Task A_bundle_comes_over_https_web()
    {
        await using var server = await WebServerAsync();
        using var client = Client();

        var bundle = await client.FetchAsync(BundleEndpoint.Web(_other.TrustDomain, server.Address), Nothing, Cancellation);

        Assert.Equal(_other.TrustDomain, bundle.TrustDomain);
        Assert.Equal(_other.Root.Thumbprint, Assert.Single(bundle.X509Authorities).Thumbprint);
    }

    [Fact, Proves("F1")]
    public async Task Https_web_insists_on_the_hosts_name_and_on_a_public_authority()
    {
        await using var misnamed = await WebServerAsync("elsewhere");
        await using var withSvid = await SpiffeServerAsync();
        using var client = Client();

        foreach (var server in new[] { misnamed, withSvid })
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(BundleEndpoint.Web(_other.TrustDomain, server.Address), Nothing, Cancellation));
            Assert.Equal(0, server.Requests);
        }
    }

    [Fact, Proves("F1")]
    public async Task A_bundle_comes_over_https_spiffe_first_verified_by_the_bundle_given()
    {
        await using var server = await SpiffeServerAsync();
        using var client = Client();
        await using var federated = Federated(client);

        await AddAsync(federated, BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, _serverId, _other.Bundle));

        Assert.Single(federated.FindX509Bundle(_other.TrustDomain)!.Authorities);
        Assert.NotNull(federated.FindJwtBundle(_other.TrustDomain));
    }

    [Fact, Proves("F1")]
    public async Task Https_spiffe_insists_on_the_servers_id_and_on_its_own_bundle()
    {
        await using var server = await SpiffeServerAsync();
        await using var web = await WebServerAsync();
        using var client = Client();
        using var impostor = new TestAuthority("other.test", _time);

        await RefusedAsync("not an expected peer", BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, _other.Id("/another-server"), _other.Bundle), _other);
        await RefusedAsync("not issued by an authority", BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, _serverId, impostor.Bundle), impostor);
        await RefusedAsync("no URI SAN", BundleEndpoint.Spiffe(_other.TrustDomain, web.Address, _serverId, _other.Bundle), _other);

        async Task RefusedAsync(string reason, BundleEndpoint endpoint, TestAuthority verifier)
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() =>
                client.FetchAsync(endpoint, new StaticSource(null, [verifier.X509Bundle]), Cancellation));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact, Proves("F1")]
    public async Task A_server_of_a_third_trust_domain_is_verified_by_that_ones_bundle()
    {
        using var third = new TestAuthority("third.test", _time);
        var host = third.Source(third.Id("/host"));
        await using var server = await BundleServer.StartAsync(
            () => SpiffeTls.ServerOptions(host, host, Authorize.AnyPeer(), clientCertificateRequired: false, time: _time), () => _other.Bundle);
        using var client = Client();
        await using var federated = Federated(client, new StaticSource(null, [third.X509Bundle]));

        await AddAsync(federated, BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, third.Id("/host")));

        Assert.NotNull(federated.FindX509Bundle(_other.TrustDomain));
    }

    [Fact, Proves("F1")]
    public void Trust_domain_address_and_profile_are_explicit_and_checked()
    {
        var id = _other.TrustDomain;
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("http://localhost/bundle")));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("https://user:pass@localhost/bundle")));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("bundle", UriKind.Relative)));
        // Its own server cannot be verified without a first bundle; another trust domain's bundle is none.
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Spiffe(id, new Uri("https://localhost/bundle"), _serverId));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Spiffe(id, new Uri("https://localhost/bundle"), _serverId, _web.Bundle));
    }

    [Fact, Proves("F1")]
    public async Task A_redirect_is_followed_only_to_another_bundle_endpoint()
    {
        await using var target = await WebServerAsync();
        await using var server = await WebServerAsync();
        using var client = Client();
        var endpoint = BundleEndpoint.Web(_other.TrustDomain, server.Address);

        server.Answer = BundleServer.Redirect(target.Address.ToString());
        Assert.Equal(_other.TrustDomain, (await client.FetchAsync(endpoint, Nothing, Cancellation)).TrustDomain);

        foreach (var location in new[] { "http://localhost/bundle", "https://user@localhost/bundle", "file:///etc/passwd", server.Address.ToString() })
        {
            server.Answer = BundleServer.Redirect(location);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        }
    }

    [Fact, Proves("F1")]
    public async Task Over_https_spiffe_the_target_of_a_redirect_has_the_same_id()
    {
        var impostor = _other.Source(_other.Id("/impostor"));
        await using var target = await BundleServer.StartAsync(
            () => SpiffeTls.ServerOptions(impostor, impostor, Authorize.AnyPeer(), clientCertificateRequired: false, time: _time), () => _other.Bundle);
        await using var server = await SpiffeServerAsync();
        server.Answer = BundleServer.Redirect(target.Address.ToString());
        using var client = Client();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(
            BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, _serverId, _other.Bundle), new StaticSource(null, [_other.X509Bundle]), Cancellation));
        Assert.Equal(0, target.Requests);
    }

    [Fact, Proves("F1")]
    public async Task Answers_that_are_no_bundle_are_refused()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        var endpoint = BundleEndpoint.Web(_other.TrustDomain, server.Address);

        server.Answer = static context => context.Response.WriteAsync("<html>");
        await Assert.ThrowsAsync<FormatException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        server.Answer = static context => { context.Response.StatusCode = 503; return Task.CompletedTask; };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        server.Answer = static context => context.Response.WriteAsync(new string(' ', 5 * 1024 * 1024));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
    }

    [Fact, Proves("F3")]
    public async Task The_bundle_is_polled_at_its_hint_and_follows_a_rotation()
    {
        await using var server = await SpiffeServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        await AddAsync(federated, BundleEndpoint.Spiffe(_other.TrustDomain, server.Address, _serverId, _other.Bundle));

        // The new authority is published, then signs, then the old one goes: each step verified by the bundle before it.
        _other.RotateX509Authority();
        await PolledAsync(federated);
        Assert.Equal(2, federated.FindX509Bundle(_other.TrustDomain)!.Authorities.Count);
        _otherServer.Update(_other.IssueX509(_serverId), [_other.X509Bundle]);
        server.Answer = BundleServer.Json(() => new SpiffeBundle(new X509Bundle(_other.TrustDomain, [_other.Root]), _other.JwtBundle, sequence: 3));
        await PolledAsync(federated);
        Assert.Equal(_other.Root.Thumbprint, Assert.Single(federated.FindX509Bundle(_other.TrustDomain)!.Authorities).Thumbprint);
    }

    [Fact, Proves("F3")]
    public async Task A_failed_poll_keeps_the_bundle_until_the_next_one()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        await AddAsync(federated, BundleEndpoint.Web(_other.TrustDomain, server.Address));
        var requests = server.Requests;

        server.Answer = static context => { context.Response.StatusCode = 500; return Task.CompletedTask; };
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("answered 500", await _log.WaitForAsync(1008, 1, Cancellation), StringComparison.Ordinal);
        Assert.NotNull(federated.FindX509Bundle(_other.TrustDomain));
        Assert.Equal(requests + 1, server.Requests);

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(requests + 1, server.Requests);
        _other.RotateX509Authority();
        server.Answer = BundleServer.Json(() => _other.Bundle);
        await PolledAsync(federated);
        Assert.Equal(2, federated.FindX509Bundle(_other.TrustDomain)!.Authorities.Count);
    }

    [Fact, Proves("F3", "B1")]
    public async Task A_sequence_that_goes_back_is_ignored()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        var old = _other.Bundle;
        _other.RotateX509Authority();
        await AddAsync(federated, BundleEndpoint.Web(_other.TrustDomain, server.Address));

        server.Answer = BundleServer.Json(() => old);

        await Assert.ThrowsAsync<FormatException>(() => federated.RefreshAsync(_other.TrustDomain, Cancellation));
        Assert.Equal(2, federated.FindX509Bundle(_other.TrustDomain)!.Authorities.Count);
    }

    [Fact, Proves("F2", "WA9")]
    public async Task Two_trust_domains_call_each_other_until_the_relationship_ends()
    {
        using var mine = new TestAuthority("mine.test", _time);
        var (myServer, myId) = (mine.Source(mine.Id("/agent/server")), mine.Id("/agent/server"));
        await using var endpoint = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client, myServer);
        await AddAsync(federated, BundleEndpoint.Web(_other.TrustDomain, endpoint.Address));
        await using var server = await TlsServer.StartAsync(myServer, federated, Authorize.AnyPeer(), _time);
        var stranger = _other.Source(_other.Id("/agent/stranger"), mine);

        Assert.StartsWith("spiffe://other.test/agent/stranger", await CallAsync(), StringComparison.Ordinal);

        Assert.True(federated.Remove(_other.TrustDomain));
        await Assert.ThrowsAsync<HttpRequestException>(CallAsync);
        Assert.Null(federated.FindJwtBundle(_other.TrustDomain));
        Assert.Empty(federated.Bundles);
        // Our own trust domain never depended on it.
        Assert.NotNull(federated.FindX509Bundle(mine.TrustDomain));

        async Task<string> CallAsync()
        {
            using var http = new HttpClient(SpiffeTls.CreateHandler(stranger, stranger, Authorize.Id(myId), _time));
            return await http.GetStringAsync(server.Address, Cancellation);
        }
    }

    private static StaticSource Nothing => new(null, []);

    private static Task AddAsync(FederatedBundles federated, BundleEndpoint endpoint) => UpdatedAsync(federated, () => federated.Add(endpoint));

    private Task PolledAsync(FederatedBundles federated) => UpdatedAsync(federated, () => _time.Advance(TimeSpan.FromMinutes(5)));

    private static async Task UpdatedAsync(FederatedBundles federated, Action change)
    {
        var updated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Handler(TrustDomain _) => updated.TrySetResult();
        federated.Updated += Handler;
        change();
        await updated.Task.WaitAsync(Cancellation);
        federated.Updated -= Handler;
    }
}
