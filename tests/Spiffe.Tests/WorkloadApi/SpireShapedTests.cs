using System.Security.Cryptography.X509Certificates;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;
using Google.Protobuf;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>Nothing assumes our own server: what SPIRE sends works, its liberties included.</summary>
public sealed class SpireShapedTests : SourceFixture
{
    private static readonly CertificateShape SpireLeaf = new()
    {
        Subject = "C=US, O=SPIRE, 2.5.4.45=0123456789abcdef0123456789abcdef",
        SubjectAlternativeNameCritical = false,
        DnsNames = ["advisor.default.svc"],
        KeyUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement,
    };

    [Theory, Proves("X3", "X4", "J3")]
    [InlineData(TestKeyKind.P256, TestKeyKind.P256, 0)]
    [InlineData(TestKeyKind.P384, TestKeyKind.P256, 1)]
    [InlineData(TestKeyKind.Rsa2048, TestKeyKind.Rsa2048, 1)]
    [InlineData(TestKeyKind.P256, TestKeyKind.Rsa2048, 2)]
    public async Task Its_keys_chains_names_and_usages_work_end_to_end(TestKeyKind authorityKey, TestKeyKind leafKey, int intermediates)
    {
        using var spire = new TestAuthority("example.org", Time, authorityKey);
        var (callerId, calleeId) = (spire.Id("/ns/default/sa/caller"), spire.Id("/ns/default/sa/callee"));
        var shape = SpireLeaf with { Key = leafKey, Intermediates = intermediates };
        Api.Serve(spire, spire.IssueCertificate(callerId, shape));
        var source = await ReadySourceAsync();
        var callee = new StaticSource(spire.IssueCertificate(calleeId, shape).ToSvid(), [spire.X509Bundle]);

        await using var server = await TlsServer.StartAsync(callee, callee, Authorize.Id(callerId), Time);
        using var http = new HttpClient(SpiffeTls.CreateHandler(source, source, Authorize.Id(calleeId), Time));
        Assert.StartsWith(callerId.ToString(), await http.GetStringAsync(server.Address, Cancellation), StringComparison.Ordinal);

        var token = await source.FetchJwtSvidAsync("spiffe://example.org/ns/default/sa/callee", Cancellation);
        Assert.Null(JwtSvidValidator.Validate(token.Token, source, "spiffe://example.org/ns/default/sa/callee", Time.GetUtcNow()).Error);
    }

    [Fact, Proves("WA6")]
    public async Task A_new_entry_that_comes_first_does_not_change_an_identity_that_was_asked_for()
    {
        var mine = Authority.IssueCertificate(Advisor, SpireLeaf);
        Api.Serve(Authority, mine);
        var source = await ReadySourceAsync(options => options.Identity = Advisor);
        var before = source.GetX509Svid();

        await UpdatedAsync(source, () => Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Authority.Id("/agent/aaa"), SpireLeaf), mine)));

        Assert.Same(before, source.GetX509Svid());
        Assert.Equal(Advisor, (await source.FetchJwtSvidAsync("market", Cancellation)).Id);
    }

    [Fact, Proves("J3")]
    public async Task Its_jwks_without_use_and_with_more_members_is_read()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor, SpireLeaf));
        var jwks = System.Text.Encoding.UTF8.GetString(Authority.JwtBundle.ToJson(use: null)).Replace("\"kid\"", "\"alg\":\"ES256\",\"x-more\":{},\"kid\"", StringComparison.Ordinal);
        Api.JwtBundles.Push(new JWTBundlesResponse { Bundles = { ["spiffe://mesh.test"] = ByteString.CopyFromUtf8(jwks) } });

        var source = await ReadySourceAsync();

        Assert.Single(source.FindJwtBundle(Authority.TrustDomain)!.Authorities);
    }

    [Fact]
    public async Task A_server_without_the_jwt_profile_still_gives_an_identity()
    {
        Api.JwtBundles.Fail(Grpc.Core.StatusCode.Unimplemented, "disabled");
        Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor, SpireLeaf)));

        var source = await ReadySourceAsync();

        Assert.Equal(Advisor, source.GetX509Svid().Id);
        Assert.Null(source.FindJwtBundle(Authority.TrustDomain));
    }
}
