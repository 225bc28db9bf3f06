using AgentMesh.Spiffe.Protocol;
using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;
using Google.Protobuf;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>What a source makes of the messages it receives.</summary>
public sealed class SourceTests : SourceFixture
{
    [Fact, Proves("WA3", "WA8", "WE2")]
    public async Task A_source_has_the_identity_and_the_bundles()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));

        var source = await ReadySourceAsync();

        Assert.Equal(Advisor, source.GetX509Svid().Id);
        Assert.True(source.GetX509Svid().Certificate.HasPrivateKey);
        Assert.Single(source.FindX509Bundle(Authority.TrustDomain)!.Authorities);
        Assert.Equal("key-1", Assert.Single(source.FindJwtBundle(Authority.TrustDomain)!.Authorities).KeyId);
        Assert.Null(source.FindX509Bundle(TrustDomain.Parse("other.test")));
    }

    [Fact, Proves("WA3")]
    public async Task Each_message_is_the_whole_state_and_what_is_absent_is_withdrawn()
    {
        using var other = new TestAuthority("other.test", Time);
        var message = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor));
        message.FederatedBundles["spiffe://other.test"] = FakeWorkloadApi.Concatenated(other.X509Bundle);
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Api.X509.Push(message);
        var source = await ReadySourceAsync();
        if (source.FindX509Bundle(other.TrustDomain) is null)
            await source.WaitUntilUpdatedAsync(Cancellation);
        Assert.NotNull(source.FindX509Bundle(other.TrustDomain));

        var without = message.Clone();
        without.FederatedBundles.Clear();
        await UpdatedAsync(source, () => Api.X509.Push(without));

        Assert.Null(source.FindX509Bundle(other.TrustDomain));
    }

    [Fact, Proves("WA3")]
    public async Task A_rotated_svid_replaces_the_one_before()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();
        var before = source.GetX509Svid();

        await UpdatedAsync(source, () => Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor))));

        Assert.NotEqual(before.Thumbprint, source.GetX509Svid().Thumbprint);
    }

    [Fact]
    public async Task The_same_svid_again_keeps_its_instance_and_so_its_connections()
    {
        var message = FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor));
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Api.X509.Push(message);
        var source = await ReadySourceAsync();
        var before = source.GetX509Svid();

        await UpdatedAsync(source, () => Api.X509.Push(message.Clone()));

        Assert.Same(before, source.GetX509Svid());
    }

    [Theory, Proves("WA6")]
    [InlineData(null, null, "/agent/first")]
    [InlineData("/agent/second", null, "/agent/second")]
    [InlineData(null, "internal", "/agent/second")]
    [InlineData("/agent/third", "internal", "/agent/third")]
    public async Task The_identity_is_the_first_or_the_one_with_the_id_or_hint(string? path, string? hint, string expected)
    {
        var message = FakeWorkloadApi.Message(Authority,
            Authority.IssueCertificate(Authority.Id("/agent/first")),
            Authority.IssueCertificate(Authority.Id("/agent/second")),
            Authority.IssueCertificate(Authority.Id("/agent/third")));
        // The standard forbids the server to repeat a hint, and tells the client to take the first if it does.
        message.Svids[1].Hint = "internal";
        message.Svids[2].Hint = "internal";
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Api.X509.Push(message);

        var source = await ReadySourceAsync(options =>
        {
            options.Identity = path is null ? null : Authority.Id(path);
            options.Hint = hint;
        });

        Assert.Equal(Authority.Id(expected), source.GetX509Svid().Id);
    }

    [Fact, Proves("WA6")]
    public async Task Another_identity_is_never_used_instead_of_the_one_asked_for()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = CreateSource(options => options.Identity = Authority.Id("/agent/somebody-else"));

        var logged = await Log.WaitForAsync(1004, 1, Cancellation);

        Assert.Contains("None of this workload's 1 identities has the SPIFFE ID spiffe://mesh.test/agent/somebody-else", logged, StringComparison.Ordinal);
        Assert.Throws<WorkloadApiException>(source.GetX509Svid);
    }

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

    [Fact]
    public async Task An_expired_svid_is_not_handed_out()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();

        Time.Advance(TimeSpan.FromMinutes(31));

        var error = Assert.Throws<WorkloadApiException>(source.GetX509Svid);
        Assert.Contains("expired at", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_update_handler_does_not_stop_the_source()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();
        source.Updated += () => throw new InvalidOperationException("mine");

        await UpdatedAsync(source, () => Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor))));
        await Log.WaitForAsync(1007, 1, Cancellation);
        await UpdatedAsync(source, () => Api.X509.Push(FakeWorkloadApi.Message(Authority, Authority.IssueCertificate(Advisor))));
    }
}
