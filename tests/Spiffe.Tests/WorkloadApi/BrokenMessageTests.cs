using AgentMesh.Spiffe.Protocol;
using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;
using Google.Protobuf;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>What a source makes of messages that break the standard.</summary>
public sealed class BrokenMessageTests : SourceFixture
{
    [Theory, Proves("WA4")]
    [InlineData("svids")]
    [InlineData("spiffe_id")]
    [InlineData("x509_svid")]
    [InlineData("x509_svid_key")]
    [InlineData("bundle")]
    public async Task A_message_without_a_mandatory_field_is_reported_and_discarded(string field)
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();
        var before = source.GetX509Svid();
        var broken = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor), Authority.IssueCertificate(Authority.Id("/agent/b")));
        switch (field)
        {
            case "svids": broken.Svids.Clear(); break;
            case "spiffe_id": broken.Svids[0].SpiffeId = ""; break;
            case "x509_svid": broken.Svids[0].X509Svid = ByteString.Empty; break;
            case "x509_svid_key": broken.Svids[0].X509SvidKey = ByteString.Empty; break;
            default: broken.Svids[0].Bundle = ByteString.Empty; break;
        }

        Api.X509.Push(broken);

        Assert.Contains("The message was discarded", await Log.WaitForAsync(1004, 1, Cancellation), StringComparison.Ordinal);
        Assert.Same(before, source.GetX509Svid());
        // The stream goes on: the next proper message counts.
        await UpdatedAsync(source, () => Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor))));
        Assert.NotSame(before, source.GetX509Svid());
        Assert.Equal(1, Api.X509.Calls);
    }

    [Fact, Proves("WA4")]
    public async Task An_svid_whose_certificate_names_another_id_is_discarded()
    {
        var message = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor));
        message.Svids[0].SpiffeId = "spiffe://mesh.test/agent/other";
        Api.X509.Push(message);
        CreateSource();

        Assert.Contains("another SPIFFE ID", await Log.WaitForAsync(1004, 1, Cancellation), StringComparison.Ordinal);
    }

    [Fact, Proves("WA4")]
    public async Task A_key_of_another_certificate_is_discarded_and_never_printed()
    {
        var message = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor));
        var key = Authority.IssueCertificate(Advisor).Pkcs8();
        message.Svids[0].X509SvidKey = ByteString.CopyFrom(key);
        Api.X509.Push(message);
        CreateSource();

        var logged = await Log.WaitForAsync(1004, 1, Cancellation);

        Assert.Contains("cannot be used", logged, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(key)[..20], logged, StringComparison.Ordinal);
    }

    [Fact, Proves("X5", "WA3")]
    public async Task A_certificate_that_cannot_be_read_loses_only_itself()
    {
        Authority.RotateX509Authority();
        var message = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor));
        var garbage = new byte[] { 0x30, 0x03, 0x02, 0x01, 0x00 };
        message.Svids[0].Bundle = ByteString.CopyFrom(
            [.. Authority.X509Bundle.Authorities[0].RawData, .. garbage, .. Authority.X509Bundle.Authorities[1].RawData]);
        message.FederatedBundles["not a trust domain"] = message.Svids[0].Bundle;
        message.FederatedBundles["spiffe://other.test"] = ByteString.CopyFrom(garbage);
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Api.X509.Push(message);

        var source = await ReadySourceAsync();
        await Log.WaitForAsync(1005, 3, Cancellation);

        Assert.Equal(2, source.FindX509Bundle(Authority.TrustDomain)!.Authorities.Count);
        Assert.Empty(source.FindX509Bundle(TrustDomain.Parse("other.test"))!.Authorities);
    }

    [Fact, Proves("J3")]
    public async Task A_jwt_bundle_that_cannot_be_read_loses_only_itself()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Api.JwtBundles.Push(new JWTBundlesResponse
        {
            Bundles =
            {
                ["spiffe://other.test"] = ByteString.CopyFromUtf8("{"),
                ["spiffe://mesh.test"] = ByteString.CopyFrom(Authority.JwtBundle.ToJson(use: null)),
            },
        });

        var source = await ReadySourceAsync();

        Assert.NotNull(source.FindJwtBundle(Authority.TrustDomain));
        Assert.Null(source.FindJwtBundle(TrustDomain.Parse("other.test")));
    }
}
