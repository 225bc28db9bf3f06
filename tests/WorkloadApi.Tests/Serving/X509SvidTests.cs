using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Serving;

/// <summary>What a workload receives, read with nothing but .NET's own classes, and then as its peer would.</summary>
public sealed class X509SvidTests
{
    private const string SubjectAlternativeName = "2.5.29.17";

    [Fact]
    [Proves("WA2", "WA5", "X1", "X2", "X3")]
    public async Task The_first_message_is_there_at_once_and_holds_a_leaf_with_the_whole_profile()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var now = server.Time.GetUtcNow();

        var svid = Assert.Single((await FetchAsync(server)).Svids);
        using var leaf = X509CertificateLoader.LoadCertificate(svid.X509Svid.Span);

        Assert.Equal("spiffe://mesh.test/agent/me", svid.SpiffeId);
        Assert.Equal("", leaf.Subject);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.True(names.Critical);
        Assert.Equal(Der("spiffe://mesh.test/agent/me"), names.RawData);
        var usage = leaf.Extensions.OfType<X509KeyUsageExtension>().Single();
        Assert.True(usage.Critical);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, usage.KeyUsages);
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
            leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(o => o.Value!));
        Assert.Equal(now.AddSeconds(-10), leaf.NotBefore.ToUniversalTime());
        Assert.Equal(now.AddMinutes(30), leaf.NotAfter.ToUniversalTime());
        Assert.Equal(16, leaf.SerialNumberBytes.Length);
        Assert.Equal("ECDSA", leaf.SignatureAlgorithm.FriendlyName![^5..].ToUpperInvariant());
    }

    [Fact]
    [Proves("X4")]
    public async Task The_authority_has_an_own_SPIFFE_ID_without_a_path_and_may_sign_certificates_only()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        var svid = Assert.Single((await FetchAsync(server)).Svids);
        using var authority = X509CertificateLoader.LoadCertificate(svid.Bundle.Span);
        using var leaf = X509CertificateLoader.LoadCertificate(svid.X509Svid.Span);

        Assert.Equal(Der("spiffe://mesh.test"), authority.Extensions[SubjectAlternativeName]!.RawData);
        var constraints = authority.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.True(constraints is { CertificateAuthority: true, Critical: true, HasPathLengthConstraint: true, PathLengthConstraint: 0 });
        var usage = authority.Extensions.OfType<X509KeyUsageExtension>().Single();
        Assert.True(usage.Critical);
        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, usage.KeyUsages);
        Assert.Equal(
            authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray(),
            leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value.ToArray());
    }

    [Fact]
    [Proves("WA5")]
    public async Task The_key_is_unencrypted_PKCS8_and_belongs_to_the_leaf()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        var svid = Assert.Single((await FetchAsync(server)).Svids);
        using var leaf = X509CertificateLoader.LoadCertificate(svid.X509Svid.Span);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(svid.X509SvidKey.Span, out var read);

        Assert.Equal(svid.X509SvidKey.Length, read);
        Assert.Equal(leaf.PublicKey.ExportSubjectPublicKeyInfo(), key.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    [Proves("X1", "X4", "WA9")]
    public async Task A_peer_accepts_the_SVID_with_the_bundle_it_came_with_and_with_no_other_servers()
    {
        using var mesh = new TestMesh();
        using var otherMesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        await using var other = await RunningServer.StartAsync(otherMesh.Agent("me", TestMesh.ThisProcess));
        var now = server.Time.GetUtcNow();

        var svid = Assert.Single((await FetchAsync(server)).Svids);
        var foreign = Assert.Single((await FetchAsync(other)).Svids);
        using var leaf = X509CertificateLoader.LoadCertificate(svid.X509Svid.Span);

        Assert.Equal("spiffe://mesh.test/agent/me", X509SvidValidator.Validate(leaf, [], Bundle(svid.Bundle.Span), now).Id?.ToString());
        Assert.False(X509SvidValidator.Validate(leaf, [], Bundle(foreign.Bundle.Span), now).IsValid);
        Assert.False(X509SvidValidator.Validate(leaf, [], Bundle(svid.Bundle.Span), now.AddMinutes(31)).IsValid);
    }

    [Fact]
    [Proves("WA5")]
    public async Task A_caller_with_several_identities_gets_them_all_in_the_manifests_order_with_different_hints()
    {
        using var mesh = new TestMesh();
        mesh.Agent("second", TestMesh.ThisProcess).Agent("first", TestMesh.ThisProcess).Operator("local", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh.Service("auth-server", TestMesh.ThisProcess));

        var svids = (await FetchAsync(server)).Svids;

        Assert.Equal(
            ["spiffe://mesh.test/agent/second", "spiffe://mesh.test/agent/first", "spiffe://mesh.test/operator/local", "spiffe://mesh.test/service/auth-server"],
            svids.Select(s => s.SpiffeId));
        Assert.Equal(["second", "first", "local", "auth-server"], svids.Select(s => s.Hint));
        Assert.Equal(4, svids.Select(s => s.X509SvidKey).Distinct().Count());
    }

    [Fact]
    public async Task Two_streams_of_one_identity_do_not_share_a_key()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        var one = Assert.Single((await FetchAsync(server)).Svids);
        var two = Assert.Single((await FetchAsync(server)).Svids);

        Assert.NotEqual(one.X509SvidKey, two.X509SvidKey);
    }

    [Fact]
    [Proves("WA8")]
    public async Task Bundles_are_keyed_by_SPIFFE_ID_and_the_own_trust_domain_is_among_them()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));
        var client = server.Workload();
        var cancel = TestContext.Current.CancellationToken;

        using var x509 = client.FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: cancel);
        using var jwt = client.FetchJWTBundles(new(), UnixChannel.Header, cancellationToken: cancel);
        var svid = Assert.Single((await FetchAsync(server)).Svids);

        Assert.Equal(svid.Bundle, Assert.Single((await x509.NextAsync()).Bundles, b => b.Key == "spiffe://mesh.test").Value);
        Assert.Contains("\"keys\"", Assert.Single((await jwt.NextAsync()).Bundles, b => b.Key == "spiffe://mesh.test").Value.ToStringUtf8(), StringComparison.Ordinal);
    }

    internal static async Task<X509SVIDResponse> FetchAsync(RunningServer server)
    {
        using var call = server.Workload().FetchX509SVID(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        return await call.NextAsync();
    }

    internal static StaticSource Bundle(ReadOnlySpan<byte> der)
    {
        var authorities = new List<X509Certificate2>();
        while (der.Length > 0)
        {
            System.Formats.Asn1.AsnDecoder.ReadSequence(der, System.Formats.Asn1.AsnEncodingRules.DER, out _, out _, out var length);
            authorities.Add(X509CertificateLoader.LoadCertificate(der[..length]));
            der = der[length..];
        }
        return new StaticSource(null, [new X509Bundle(TrustDomain.Parse("mesh.test"), authorities)]);
    }

    /// <summary>SEQUENCE { [6] uri }: one URI and nothing else, with the short form of length.</summary>
    private static byte[] Der(string uri) => [0x30, (byte)(uri.Length + 2), 0x86, (byte)uri.Length, .. System.Text.Encoding.ASCII.GetBytes(uri)];
}
