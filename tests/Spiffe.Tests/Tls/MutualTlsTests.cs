using System.Net;
using System.Security.Authentication;
using AgentMesh.Testing;

namespace AgentMesh.Spiffe.Tests.Tls;

public sealed class MutualTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("mesh.test");
    private readonly StaticSource _server;
    private readonly StaticSource _client;
    private readonly SpiffeId _serverId;
    private readonly SpiffeId _clientId;

    public MutualTlsTests()
    {
        _serverId = _authority.Id("/agent/server");
        _clientId = _authority.Id("/agent/client");
        _server = _authority.Source(_serverId);
        _client = _authority.Source(_clientId);
    }

    public void Dispose() => _authority.Dispose();

    private HttpClient Client(SpiffePeerAuthorizer? authorize = null, IX509SvidSource? svids = null, List<string>? refusals = null) =>
        new(SpiffeTls.CreateHandler(svids ?? _client, _client, authorize ?? Authorize.Id(_serverId), onRefused: r => refusals?.Add(r)));

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Two_workloads_call_each_other_over_either_http(string version)
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.Id(_clientId));
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
        Assert.Equal($"{_clientId} over HTTP/{(version == "2.0" ? "2" : version)} Tls13", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Http_2_is_negotiated_where_the_client_would_take_either()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.Id(_clientId));
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpVersion.Version20, response.Version);
    }

    [Fact]
    public async Task A_server_with_another_id_is_refused_and_the_reason_is_reported()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        var refusals = new List<string>();
        using var client = Client(Authorize.Id(_authority.Id("/agent/somebody-else")), refusals: refusals);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));

        Assert.IsType<AuthenticationException>(error.InnerException);
        Assert.Equal(["The peer was refused: spiffe://mesh.test/agent/server is not an expected peer."], refusals);
    }

    [Fact]
    public async Task A_client_with_another_id_is_refused_and_the_reason_is_reported()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.Id(_authority.Id("/agent/somebody-else")));
        using var client = Client();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));

        Assert.Equal("The peer was refused: spiffe://mesh.test/agent/client is not an expected peer.", Assert.Single(server.Refusals.Distinct()));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        using var client = new HttpClient(AttackClient.CreateHandler(null));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));

        Assert.Equal("The peer was refused: it sent no certificate.", Assert.Single(server.Refusals.Distinct()));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task Tls_1_2_is_refused()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        using var client = new HttpClient(AttackClient.CreateHandler(_authority.IssueCertificate(_clientId), SslProtocols.Tls12));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));

        Assert.Equal(0, server.Requests);
    }

    [Theory, Proves("X1", "X2", "X4")]
    [InlineData("more than one URI SAN")]
    [InlineData("signing certificate")]
    [InlineData("has no path")]
    [InlineData("not issued by an authority")]
    [InlineData("expired")]
    public async Task A_client_certificate_with_a_defect_is_refused_in_the_handshake(string reason)
    {
        var past = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var shape = reason switch
        {
            "more than one URI SAN" => new CertificateShape { Uris = [_clientId.ToString(), "spiffe://mesh.test/agent/other"] },
            "signing certificate" => new CertificateShape { CertificateAuthority = true },
            "has no path" => new CertificateShape { Uris = ["spiffe://mesh.test"] },
            "not issued by an authority" => new CertificateShape { SelfSigned = true, Subject = "CN=x" },
            _ => new CertificateShape { NotBefore = past.AddMinutes(-5), NotAfter = past },
        };
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        using var client = new HttpClient(AttackClient.CreateHandler(_authority.IssueCertificate(_clientId, shape)));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));

        Assert.Contains(reason, Assert.Single(server.Refusals.Distinct()), StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Fact, Proves("X4")]
    public async Task Intermediates_are_sent_along_by_both_sides()
    {
        var clientSvid = _authority.IssueX509(_clientId, intermediates: 1);
        _server.Update(_authority.IssueX509(_serverId, intermediates: 2, key: TestKeyKind.Rsa2048), [_authority.X509Bundle]);
        _client.Update(clientSvid, [_authority.X509Bundle]);
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.Id(_clientId));
        using var client = Client();

        Assert.StartsWith(_clientId.ToString(), await client.GetStringAsync(server.Address, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_svid_nothing_is_sent()
    {
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        using var client = Client(svids: new StaticSource(null, []));

        await Assert.ThrowsAsync<AuthenticationException>(() => client.GetAsync(server.Address, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_plain_address_is_refused_before_anything_is_sent()
    {
        using var client = Client();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://127.0.0.1:1/"), TestContext.Current.CancellationToken));

        Assert.Contains("needs an https address", error.Message, StringComparison.Ordinal);
    }

    [Fact, Proves("WA9", "WA3")]
    public async Task Trust_ends_for_new_connections_when_the_bundle_is_withdrawn()
    {
        using var other = new TestAuthority("other.test");
        var stranger = other.Source(other.Id("/agent/stranger"), _authority);
        _server.Update(_server.GetX509Svid(), [_authority.X509Bundle, other.X509Bundle]);
        await using var server = await TlsServer.StartAsync(_server, _server, Authorize.AnyPeer());
        using (var client = new HttpClient(SpiffeTls.CreateHandler(stranger, stranger, Authorize.Id(_serverId))))
            Assert.StartsWith("spiffe://other.test/agent/stranger", await client.GetStringAsync(server.Address, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        _server.Update(_server.GetX509Svid(), [_authority.X509Bundle]);

        using var again = new HttpClient(SpiffeTls.CreateHandler(stranger, stranger, Authorize.Id(_serverId)));
        await Assert.ThrowsAsync<HttpRequestException>(() => again.GetAsync(server.Address, TestContext.Current.CancellationToken));
        Assert.Contains("there is no bundle for its trust domain other.test", Assert.Single(server.Refusals.Distinct()), StringComparison.Ordinal);
    }
}
