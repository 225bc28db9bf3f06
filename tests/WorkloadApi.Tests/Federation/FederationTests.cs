using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;
using AgentMesh.WorkloadApi.Tests.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.WorkloadApi.Tests.Federation;

public sealed class FederationTests
{
    [Fact]
    [Proves("F1", "F3", "WA9")]
    public async Task Workloads_of_two_trust_domains_call_each_other_and_stop_when_the_bundle_is_withdrawn()
    {
        await using var domains = await TwoTrustDomains.StartAsync();
        var (a, b) = (domains.WorkloadA, domains.WorkloadB);
        await using var server = await TlsServer.StartAsync(b, b, Authorize.MemberOf(TwoTrustDomains.DomainA), domains.B.Time);

        Assert.StartsWith("spiffe://a.test/agent/me", await CallAsync(a, server, domains), StringComparison.Ordinal);
        var ended = await domains.B.Admin().EndFederationAsync(
            new() { TrustDomain = "a.test" }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        await b.UntilAsync(() => b.FindX509Bundle(TwoTrustDomains.DomainA) is null);

        Assert.True(ended.Ended);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CallAsync(a, server, domains));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    [Proves("WA8", "F3")]
    public async Task Foreign_bundles_stay_apart_under_their_own_trust_domains_SPIFFE_ID()
    {
        await using var domains = await TwoTrustDomains.StartAsync();
        var cancel = TestContext.Current.CancellationToken;
        var client = domains.A.Workload();
        using var svids = client.FetchX509SVID(new(), UnixChannel.Header, cancellationToken: cancel);
        using var x509 = client.FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: cancel);
        using var jwt = client.FetchJWTBundles(new(), UnixChannel.Header, cancellationToken: cancel);

        var federated = Assert.Single((await svids.NextAsync()).FederatedBundles);
        var bundles = (await x509.NextAsync()).Bundles;
        var keys = (await jwt.NextAsync()).Bundles;

        Assert.Equal("spiffe://b.test", federated.Key);
        Assert.Equal(["spiffe://a.test", "spiffe://b.test"], bundles.Keys.Order());
        Assert.Equal(["spiffe://a.test", "spiffe://b.test"], keys.Keys.Order());
        Assert.Equal(federated.Value, bundles["spiffe://b.test"]);
        Assert.NotEqual(bundles["spiffe://a.test"], bundles["spiffe://b.test"]);
    }

    [Fact]
    [Proves("WA10")]
    public async Task A_token_of_a_federated_trust_domain_is_validated_with_its_own_keys()
    {
        await using var domains = await TwoTrustDomains.StartAsync();
        var token = await domains.WorkloadB.FetchJwtSvidAsync("a", TestContext.Current.CancellationToken);

        var valid = await domains.A.Workload().ValidateJWTSVIDAsync(
            new() { Audience = "a", Svid = token.Token }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("spiffe://b.test/agent/me", valid.SpiffeId);
    }

    [Fact]
    [Proves("F2")]
    public async Task A_rotated_authority_reaches_the_other_trust_domain_before_it_signs()
    {
        await using var domains = await TwoTrustDomains.StartAsync();
        var (a, b) = (domains.WorkloadA, domains.WorkloadB);
        await using var server = await TlsServer.StartAsync(b, b, Authorize.MemberOf(TwoTrustDomains.DomainA), domains.B.Time);
        var before = a.GetX509Svid();

        await domains.A.Admin().RotateAsync(
            new() { Target = Protocol.RotationTarget.X509Authority }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        domains.B.Time.Advance(TimeSpan.FromMinutes(5));
        await b.UntilAsync(() => b.FindX509Bundle(TwoTrustDomains.DomainA)!.Authorities.Count == 2);
        Assert.Equal(before.Thumbprint, a.GetX509Svid().Thumbprint);
        domains.B.Time.Advance(TimeSpan.FromMinutes(5));
        domains.A.Time.Advance(TimeSpan.FromMinutes(10));
        await a.UntilAsync(() => a.GetX509Svid().Thumbprint != before.Thumbprint);

        Assert.NotEqual(before.Certificate.Issuer, a.GetX509Svid().Certificate.Issuer);
        Assert.StartsWith("spiffe://a.test/agent/me", await CallAsync(a, server, domains), StringComparison.Ordinal);
    }

    [Fact]
    [Proves("F1")]
    public async Task The_bundle_endpoint_serves_the_bundle_at_its_path_and_nothing_else_and_asks_nobody_who_they_are()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:BundleEndpoint:Url=https://127.0.0.1:0/b/bundle.json");
        using var http = new HttpClient(AttackClient.CreateHandler(certificate: null));
        var cancel = TestContext.Current.CancellationToken;

        using var response = await http.GetAsync(server.BundleEndpoint, cancel);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Single(SpiffeBundle.Parse(TrustDomain.Parse("mesh.test"), await response.Content.ReadAsByteArrayAsync(cancel)).X509Authorities);
        foreach (var path in (string[])["/", "/bundle", "/keys", "/health", "/.well-known/openid-configuration", "/SpiffeWorkloadAPI/FetchX509SVID"])
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(server.BundleEndpoint, path), cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync(server.BundleEndpoint, null, cancel)).StatusCode);
    }

    [Fact]
    [Proves("F1")]
    public async Task The_https_web_profile_is_served_with_the_configured_certificate_and_followed()
    {
        using var mesh = new TestMesh();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var (pem, keyPem) = (Path.Combine(mesh.Folder, "cert.pem"), Path.Combine(mesh.Folder, "key.pem"));
        await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(keyPem, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(
            mesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:BundleEndpoint:Url=https://127.0.0.1:0/b/bundle.json",
            "--Mesh:WorkloadApi:BundleEndpoint:Profile=https_web", $"--Mesh:WorkloadApi:BundleEndpoint:Certificate={pem}", $"--Mesh:WorkloadApi:BundleEndpoint:CertificateKey={keyPem}");

        using var otherMesh = new TestMesh { TrustDomain = "other.test", Services = services => services.AddSingleton(new BundleEndpointClient(OnlyTrusting(certificate))) };
        await using var other = await RunningServer.StartAsync(
            otherMesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:Federation:0:TrustDomain=mesh.test",
            $"--Mesh:WorkloadApi:Federation:0:Url={server.BundleEndpoint}", "--Mesh:WorkloadApi:Federation:0:Profile=https_web");
        using var call = other.Workload().FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var bundles = await call.NextAsync();
        while (!bundles.Bundles.ContainsKey("spiffe://mesh.test"))
            bundles = await call.NextAsync();

        Assert.Equal(2, bundles.Bundles.Count);
    }

    [Theory]
    [InlineData("BundleEndpoint:Url", "--Mesh:WorkloadApi:BundleEndpoint:Url=http://127.0.0.1:1/")]
    [InlineData("BundleEndpoint:Url", "--Mesh:WorkloadApi:BundleEndpoint:Url=https://user@127.0.0.1:1/")]
    [InlineData("BundleEndpoint:Certificate", "--Mesh:WorkloadApi:BundleEndpoint:Url=https://127.0.0.1:1/", "--Mesh:WorkloadApi:BundleEndpoint:Profile=https_web")]
    [InlineData("Federation:0:TrustDomain", "--Mesh:WorkloadApi:Federation:0:Url=https://x/")]
    [InlineData("Federation:0:Url", "--Mesh:WorkloadApi:Federation:0:TrustDomain=b.test")]
    [InlineData("Federation:0:Profile", "--Mesh:WorkloadApi:Federation:0:TrustDomain=b.test", "--Mesh:WorkloadApi:Federation:0:Url=https://x/")]
    [InlineData("Federation:0:EndpointSpiffeId", "--Mesh:WorkloadApi:Federation:0:TrustDomain=b.test", "--Mesh:WorkloadApi:Federation:0:Url=https://x/", "--Mesh:WorkloadApi:Federation:0:Profile=https_spiffe")]
    [InlineData("own trust domain", "--Mesh:WorkloadApi:Federation:0:TrustDomain=mesh.test", "--Mesh:WorkloadApi:Federation:0:Url=https://x/", "--Mesh:WorkloadApi:Federation:0:Profile=https_web")]
    public async Task Each_parameter_of_a_relationship_is_explicit(string named, params string[] arguments)
    {
        using var mesh = new TestMesh();

        StartTests.AssertRefused(await StartTests.StartAsync(mesh, arguments), named);
    }

    private static async Task<string> CallAsync(SpiffeSource caller, TlsServer server, TwoTrustDomains domains)
    {
        using var http = new HttpClient(SpiffeTls.CreateHandler(caller, caller, Authorize.MemberOf(TwoTrustDomains.DomainB), domains.A.Time));
        return await http.GetStringAsync(server.Address, TestContext.Current.CancellationToken);
    }

    private static SocketsHttpHandler OnlyTrusting(X509Certificate2 certificate) => new()
    {
        AllowAutoRedirect = false,
        SslOptions = new()
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { certificate }, RevocationMode = X509RevocationMode.NoCheck },
        },
    };
}
