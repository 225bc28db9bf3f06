using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Spiffe.Tests.Federation;

/// <summary>Who may serve a bundle, and what is taken for one.</summary>
public sealed class BundleEndpointTests : FederationFixture
{
    [Fact, Proves("F1")]
    public async Task A_bundle_comes_over_https_web()
    {
        await using var server = await WebServerAsync();
        using var client = Client();

        var bundle = await client.FetchAsync(BundleEndpoint.Web(Other.TrustDomain, server.Address), Nothing, Cancellation);

        Assert.Equal(Other.TrustDomain, bundle.TrustDomain);
        Assert.Equal(Other.Root.Thumbprint, Assert.Single(bundle.X509Authorities).Thumbprint);
    }

    [Fact, Proves("F1")]
    public async Task Https_web_insists_on_the_hosts_name_and_on_a_public_authority()
    {
        await using var misnamed = await WebServerAsync("elsewhere");
        await using var withSvid = await SpiffeServerAsync();
        using var client = Client();

        foreach (var server in new[] { misnamed, withSvid })
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(BundleEndpoint.Web(Other.TrustDomain, server.Address), Nothing, Cancellation));
            Assert.Equal(0, server.Requests);
        }
    }

    [Fact, Proves("F1")]
    public async Task A_bundle_comes_over_https_spiffe_first_verified_by_the_bundle_given()
    {
        await using var server = await SpiffeServerAsync();
        using var client = Client();
        await using var federated = Federated(client);

        await AddAsync(federated, BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, ServerId, Other.Bundle));

        Assert.Single(federated.FindX509Bundle(Other.TrustDomain)!.Authorities);
        Assert.NotNull(federated.FindJwtBundle(Other.TrustDomain));
    }

    [Fact, Proves("F1")]
    public async Task Https_spiffe_insists_on_the_servers_id_and_on_its_own_bundle()
    {
        await using var server = await SpiffeServerAsync();
        await using var web = await WebServerAsync();
        using var client = Client();
        using var impostor = new TestAuthority("other.test", Time);

        await RefusedAsync("not an expected peer", BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, Other.Id("/another-server"), Other.Bundle), Other);
        await RefusedAsync("not issued by an authority", BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, ServerId, impostor.Bundle), impostor);
        await RefusedAsync("no URI SAN", BundleEndpoint.Spiffe(Other.TrustDomain, web.Address, ServerId, Other.Bundle), Other);

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
        using var third = new TestAuthority("third.test", Time);
        var host = third.Source(third.Id("/host"));
        await using var server = await BundleServer.StartAsync(
            () => SpiffeTls.ServerOptions(host, host, Authorize.AnyPeer(), clientCertificateRequired: false, time: Time), () => Other.Bundle);
        using var client = Client();
        await using var federated = Federated(client, new StaticSource(null, [third.X509Bundle]));

        await AddAsync(federated, BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, third.Id("/host")));

        Assert.NotNull(federated.FindX509Bundle(Other.TrustDomain));
    }

    [Fact, Proves("F1")]
    public void Trust_domain_address_and_profile_are_explicit_and_checked()
    {
        var id = Other.TrustDomain;
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("http://localhost/bundle")));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("https://user:pass@localhost/bundle")));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Web(id, new Uri("bundle", UriKind.Relative)));
        // Its own server cannot be verified without a first bundle; another trust domain's bundle is none.
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Spiffe(id, new Uri("https://localhost/bundle"), ServerId));
        Assert.Throws<ArgumentException>(() => BundleEndpoint.Spiffe(id, new Uri("https://localhost/bundle"), ServerId, WebAuthority.Bundle));
    }

    [Fact, Proves("F1")]
    public async Task A_redirect_is_followed_only_to_another_bundle_endpoint()
    {
        await using var target = await WebServerAsync();
        await using var server = await WebServerAsync();
        using var client = Client();
        var endpoint = BundleEndpoint.Web(Other.TrustDomain, server.Address);

        server.Answer = BundleServer.Redirect(target.Address.ToString());
        Assert.Equal(Other.TrustDomain, (await client.FetchAsync(endpoint, Nothing, Cancellation)).TrustDomain);

        foreach (var location in new[] { "http://localhost/bundle", "https://user@localhost/bundle", "file:///etc/passwd", server.Address.ToString() })
        {
            server.Answer = BundleServer.Redirect(location);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        }
    }

    [Fact, Proves("F1")]
    public async Task Over_https_spiffe_the_target_of_a_redirect_has_the_same_id()
    {
        var impostor = Other.Source(Other.Id("/impostor"));
        await using var target = await BundleServer.StartAsync(
            () => SpiffeTls.ServerOptions(impostor, impostor, Authorize.AnyPeer(), clientCertificateRequired: false, time: Time), () => Other.Bundle);
        await using var server = await SpiffeServerAsync();
        server.Answer = BundleServer.Redirect(target.Address.ToString());
        using var client = Client();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(
            BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, ServerId, Other.Bundle), new StaticSource(null, [Other.X509Bundle]), Cancellation));
        Assert.Equal(0, target.Requests);
    }

    [Fact, Proves("F1")]
    public async Task Answers_that_are_no_bundle_are_refused()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        var endpoint = BundleEndpoint.Web(Other.TrustDomain, server.Address);

        server.Answer = static context => context.Response.WriteAsync("<html>");
        await Assert.ThrowsAsync<FormatException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        server.Answer = static context => { context.Response.StatusCode = 503; return Task.CompletedTask; };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
        server.Answer = static context => context.Response.WriteAsync(new string(' ', 5 * 1024 * 1024));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync(endpoint, Nothing, Cancellation));
    }
}
