using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Spiffe.Tests.Federation;

/// <summary>How a relationship is kept up, and how it ends.</summary>
public sealed class FederatedBundlesTests : FederationFixture
{
    [Fact, Proves("F3")]
    public async Task The_bundle_is_polled_at_its_hint_and_follows_a_rotation()
    {
        await using var server = await SpiffeServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        await AddAsync(federated, BundleEndpoint.Spiffe(Other.TrustDomain, server.Address, ServerId, Other.Bundle));

        // The new authority is published, then signs, then the old one goes: each step verified by the bundle before it.
        Other.RotateX509Authority();
        await PolledAsync(federated);
        Assert.Equal(2, federated.FindX509Bundle(Other.TrustDomain)!.Authorities.Count);
        OtherServer.Update(Other.IssueX509(ServerId), [Other.X509Bundle]);
        server.Answer = BundleServer.Json(() => new SpiffeBundle(new X509Bundle(Other.TrustDomain, [Other.Root]), Other.JwtBundle, sequence: 3));
        await PolledAsync(federated);
        Assert.Equal(Other.Root.Thumbprint, Assert.Single(federated.FindX509Bundle(Other.TrustDomain)!.Authorities).Thumbprint);
    }

    [Fact, Proves("F3")]
    public async Task A_failed_poll_keeps_the_bundle_until_the_next_one()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        await AddAsync(federated, BundleEndpoint.Web(Other.TrustDomain, server.Address));
        var requests = server.Requests;

        server.Answer = static context => { context.Response.StatusCode = 500; return Task.CompletedTask; };
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("answered 500", await Log.WaitForAsync(1008, 1, Cancellation), StringComparison.Ordinal);
        Assert.NotNull(federated.FindX509Bundle(Other.TrustDomain));
        Assert.Equal(requests + 1, server.Requests);

        Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(requests + 1, server.Requests);
        Other.RotateX509Authority();
        server.Answer = BundleServer.Json(() => Other.Bundle);
        await PolledAsync(federated);
        Assert.Equal(2, federated.FindX509Bundle(Other.TrustDomain)!.Authorities.Count);
    }

    [Fact, Proves("F3", "B1")]
    public async Task A_sequence_that_goes_back_is_ignored()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        var old = Other.Bundle;
        Other.RotateX509Authority();
        await AddAsync(federated, BundleEndpoint.Web(Other.TrustDomain, server.Address));

        server.Answer = BundleServer.Json(() => old);

        await Assert.ThrowsAsync<FormatException>(() => federated.RefreshAsync(Other.TrustDomain, Cancellation));
        Assert.Equal(2, federated.FindX509Bundle(Other.TrustDomain)!.Authorities.Count);
    }

    [Fact, Proves("F3", "WA9")]
    public async Task An_authority_of_another_kind_of_key_does_not_keep_what_was_withdrawn_trusted()
    {
        await using var server = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client);
        var modern = Ed25519Authority();
        server.Answer = Document(Other.Root, modern);
        await AddAsync(federated, BundleEndpoint.Web(Other.TrustDomain, server.Address));
        Assert.Equal(2, federated.FindX509Bundle(Other.TrustDomain)!.Authorities.Count);

        // The one that signed so far was compromised, say.
        server.Answer = Document(modern);
        await federated.RefreshAsync(Other.TrustDomain, Cancellation);
        Assert.Equal(modern.Thumbprint, Assert.Single(federated.FindX509Bundle(Other.TrustDomain)!.Authorities).Thumbprint);

        var updates = 0;
        federated.Updated += _ => updates++;
        await federated.RefreshAsync(Other.TrustDomain, Cancellation);
        Assert.Equal(0, updates);
    }

    [Fact, Proves("F2", "WA9")]
    public async Task Two_trust_domains_call_each_other_until_the_relationship_ends()
    {
        using var mine = new TestAuthority("mine.test", Time);
        var (myServer, myId) = (mine.Source(mine.Id("/agent/server")), mine.Id("/agent/server"));
        await using var endpoint = await WebServerAsync();
        using var client = Client();
        await using var federated = Federated(client, myServer);
        await AddAsync(federated, BundleEndpoint.Web(Other.TrustDomain, endpoint.Address));
        await using var server = await TlsServer.StartAsync(myServer, federated, Authorize.AnyPeer(), Time);
        var stranger = Other.Source(Other.Id("/agent/stranger"), mine);

        Assert.StartsWith("spiffe://other.test/agent/stranger", await CallAsync(), StringComparison.Ordinal);

        Assert.True(federated.Remove(Other.TrustDomain));
        await Assert.ThrowsAsync<HttpRequestException>(CallAsync);
        Assert.Null(federated.FindJwtBundle(Other.TrustDomain));
        Assert.Empty(federated.Bundles);
        // Our own trust domain never depended on it.
        Assert.NotNull(federated.FindX509Bundle(mine.TrustDomain));

        async Task<string> CallAsync()
        {
            using var http = new HttpClient(SpiffeTls.CreateHandler(stranger, stranger, Authorize.Id(myId), Time));
            return await http.GetStringAsync(server.Address, Cancellation);
        }
    }

    private static RequestDelegate Document(params X509Certificate2[] authorities) => context => context.Response.WriteAsJsonAsync(new
    {
        keys = authorities.Select(static authority => new { kty = "OKP", crv = "Ed25519", use = "x509-svid", x5c = new[] { Convert.ToBase64String(authority.RawData) } }),
    }, context.RequestAborted);

    // .NET makes no such key; whatever signs it, a root counts by being in the bundle.
    private X509Certificate2 Ed25519Authority()
    {
        var algorithm = new Oid("1.3.101.112");
        var key = new PublicKey(algorithm, null, new AsnEncodedData(algorithm, RandomNumberGenerator.GetBytes(32)));
        var name = new X500DistinguishedName("CN=another kind");
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = Time.GetUtcNow();
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256).Create(name, X509SignatureGenerator.CreateForECDsa(signer), now, now.AddHours(1), [1]);
    }
}
