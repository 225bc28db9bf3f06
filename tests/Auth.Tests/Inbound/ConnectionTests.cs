using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using AgentMesh.Spiffe;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class ConnectionTests : InboundTest
{
    [Fact, Proves("T01")]
    public async Task A_connection_without_a_certificate_is_refused_in_the_handshake()
    {
        using var nobody = new HttpClient(AttackClient.CreateHandler(null)) { BaseAddress = Callee.Address };

        await Assert.ThrowsAsync<HttpRequestException>(() => nobody.GetAsync("/score", HonestToken()));
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T01")]
    public async Task Plain_http_on_the_mtls_port_is_refused()
    {
        using var plain = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{Callee.Address.Port}") };

        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync("/score", HonestToken()));
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T01")]
    public async Task Tls_1_2_is_refused_in_the_handshake()
    {
        var certificate = Mesh.Authority.IssueCertificate(Advisor.Id);
#pragma warning disable CA5398 // The attacker asks for the old version.
        using var old = new HttpClient(AttackClient.CreateHandler(certificate, SslProtocols.Tls12)) { BaseAddress = Callee.Address };
#pragma warning restore CA5398

        await Assert.ThrowsAsync<HttpRequestException>(() => old.GetAsync("/score", HonestToken()));
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T02", "X4")]
    public async Task A_self_signed_certificate_with_the_right_id_is_refused()
    {
        var forged = Mesh.Authority.IssueCertificate(Advisor.Id, new CertificateShape { SelfSigned = true });
        await AssertHandshakeFailsAsync(forged);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T03", "WA9")]
    public async Task A_certificate_of_another_domains_authority_that_names_us_is_refused()
    {
        using var foreign = new TestAuthority("evil.example", Mesh.Clock);
        await AssertHandshakeFailsAsync(foreign.IssueCertificate(Advisor.Id));
        await AssertHandshakeFailsAsync(foreign.IssueCertificate(foreign.Id("/agent/advisor")));
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("T04", "X1", "X2")]
    public async Task Certificates_that_break_the_profile_are_refused()
    {
        await AssertHandshakeFailsAsync(Mesh.Authority.IssueCertificate(Advisor.Id, new CertificateShape { Uris = [Advisor.Id.ToString(), TestManifest.IdOf("trader")] }));
        await AssertHandshakeFailsAsync(Mesh.Authority.IssueCertificate(Advisor.Id, new CertificateShape { CertificateAuthority = true }));
        await AssertHandshakeFailsAsync(Mesh.Authority.IssueCertificate(Advisor.Id, new CertificateShape { Uris = ["spiffe://agentmesh.local"] }));
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T05")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_connection_whose_svid_expires_gets_401_and_is_closed(string version)
    {
        Advisor.Rotate(TimeSpan.FromMinutes(2));
        var token = HonestToken();
        var connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                var tls = new SslStream(new System.Net.Sockets.NetworkStream(socket, true));
                var options = SpiffeTls.ClientOptions(Advisor.Svid, Advisor, Authorize.AnyPeer(), Mesh.Clock);
                options.TargetHost = "localhost";
                options.ApplicationProtocols = [version == "2.0" ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
                await tls.AuthenticateAsClientAsync(options, ct);
                return tls;
            },
        };
        using var client = new HttpClient(handler)
        {
            BaseAddress = Callee.Address,
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/score", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/score", token)).Status);
        Assert.Equal(1, connections);
        Mesh.Clock.Advance(TimeSpan.FromMinutes(3));

        AssertRefused(await client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "peer_expired");
        Assert.Equal("connection_closed", Callee.Audit.Last.Remediation);

        Advisor.Rotate();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/score", HonestToken())).Status);
        Assert.Equal(2, connections);
    }

    [Fact, Proves("WA3")]
    public async Task A_connection_whose_authority_leaves_the_bundle_is_refused()
    {
        await AssertHonestCallPassesAsync();
        Mesh.Authority.RotateX509Authority();
        Callee.Source.UpdateBundle();
        await AssertHonestCallPassesAsync();
        Mesh.Authority.ForgetOldestX509Authority();
        Callee.Source.UpdateBundle();

        AssertRefused(await Client.GetAsync("/score", HonestToken()), HttpStatusCode.Unauthorized, "peer_untrusted");
    }

    [Theory, Proves("T37")]
    [InlineData("X-SPIFFE-ID", "spiffe://agentmesh.local/agent/advisor")]
    [InlineData("X-Forwarded-Client-Cert", "URI=spiffe://agentmesh.local/agent/advisor")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "risk-analyst")]
    [InlineData("X-ARR-ClientCert", "MIIB")]
    public async Task Headers_that_claim_an_identity_are_ignored(string header, string value)
    {
        var token = HonestToken();
        using var thief = Raw.Client(Mesh, Mesh.SourceOf("trader"), Callee.Address);

        AssertRefused(await thief.GetAsync("/score", token, (header, value)), HttpStatusCode.Unauthorized, "cnf_mismatch");
        Assert.Equal(TestManifest.IdOf("trader"), Callee.Audit.Last.Caller);
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token, (header, value))).Status);
    }

    [Fact]
    public async Task The_plain_port_serves_health_and_nothing_else()
    {
        using var plain = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Callee.PlainAddress };

        Assert.Equal(HttpStatusCode.OK, (await plain.GetAsync("/health", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await plain.GetAsync("/alive", null)).Status);
        foreach (var path in (string[])["/score", "/", "/health/x", "/undeclared", "/.well-known/oauth-protected-resource"])
            Assert.Equal(HttpStatusCode.NotFound, (await plain.GetAsync(path, HonestToken(), ("Host", $"127.0.0.1:{Callee.Address.Port}"))).Status);
    }

    [Fact]
    public async Task A_process_that_got_somebody_elses_svid_serves_nobody()
    {
        await AssertHonestCallPassesAsync();
        Callee.Source.Use(Mesh.Authority.IssueX509(TestMesh.Id("trader")));
        using var next = Raw.Client(Mesh, Advisor, Callee.Address);

        await Assert.ThrowsAsync<HttpRequestException>(() => next.GetAsync("/score", HonestToken()));
        Assert.Contains(Callee.Log.Lines, l => l.Contains("refusing to serve", StringComparison.Ordinal) && l.Contains("spiffe://agentmesh.local/agent/trader", StringComparison.Ordinal));
    }

    private async Task AssertHandshakeFailsAsync(IssuedCertificate certificate)
    {
        using var attacker = new HttpClient(AttackClient.CreateHandler(certificate)) { BaseAddress = Callee.Address };
        await Assert.ThrowsAsync<HttpRequestException>(() => attacker.GetAsync("/score", HonestToken()));
    }
}
