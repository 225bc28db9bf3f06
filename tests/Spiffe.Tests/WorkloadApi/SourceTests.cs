using AgentMesh.Spiffe.Tests.Fakes;
using AgentMesh.Testing;

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
