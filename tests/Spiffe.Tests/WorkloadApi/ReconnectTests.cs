using AgentMesh.Testing;
using Grpc.Core;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>When a source calls again, and what it keeps meanwhile. The clock only moves when a test moves it.</summary>
public sealed class ReconnectTests : SourceFixture
{
    [Fact, Proves("WA3")]
    public async Task A_stream_that_ends_is_opened_again_at_once()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();

        Api.X509.End();

        await Api.X509.WaitForCallsAsync(2, Cancellation);
        Assert.Equal(Advisor, source.GetX509Svid().Id);
    }

    [Fact, Proves("WE4")]
    public async Task A_server_that_always_hangs_up_is_not_called_in_a_tight_loop()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        await ReadySourceAsync();
        Api.X509.End();
        Assert.Equal(TimeSpan.Zero, PauseIn(await Log.WaitForAsync(1002, 1, Cancellation)));
        await Api.X509.WaitForCallsAsync(2, Cancellation);

        Api.X509.End();

        var pause = PauseIn(await Log.WaitForAsync(1002, 2, Cancellation));
        Assert.InRange(pause, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5));
        Assert.Equal(2, Api.X509.Calls);
        Time.Advance(pause);
        await Api.X509.WaitForCallsAsync(3, Cancellation);
    }

    [Fact, Proves("WE4")]
    public async Task An_unavailable_server_is_called_again_with_growing_pauses_and_jitter()
    {
        Api.X509.Fail(StatusCode.Unavailable, "starting");
        CreateSource();
        var pauses = new List<TimeSpan>();

        foreach (var longest in new[] { 0.5, 1, 2, 4, 8, 16, 30, 30 })
        {
            var pause = PauseIn(await Log.WaitForAsync(1002, pauses.Count + 1, Cancellation));
            Assert.InRange(pause, TimeSpan.FromSeconds(longest / 2), TimeSpan.FromSeconds(longest));
            pauses.Add(pause / longest);
            Assert.Equal(pauses.Count, Api.X509.Calls);
            Time.Advance(pause);
            await Api.X509.WaitForCallsAsync(pauses.Count + 1, Cancellation);
        }

        // Not in step with anybody else who lost the same server.
        Assert.True(pauses.Distinct().Count() > 1);
    }

    [Fact, Proves("WE4", "WA7")]
    public async Task No_identity_yet_is_asked_again_until_there_is_one()
    {
        Api.X509.Fail(StatusCode.PermissionDenied, "no identity issued");
        var source = CreateSource();
        await Log.WaitForAsync(1002, 1, Cancellation);

        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        Time.Advance(TimeSpan.FromSeconds(1));

        await source.WaitUntilReadyAsync(Cancellation);
    }

    [Theory, Proves("WE4")]
    [InlineData(StatusCode.InvalidArgument, WorkloadApiError.InvalidArgument)]
    [InlineData(StatusCode.Unimplemented, WorkloadApiError.Unimplemented)]
    public async Task A_final_no_is_not_asked_again(StatusCode code, WorkloadApiError expected)
    {
        Api.X509.Fail(code, "no");
        var source = CreateSource();

        var error = await Assert.ThrowsAsync<WorkloadApiException>(() => source.WaitUntilReadyAsync(Cancellation));

        Assert.Equal(expected, error.Error);
        Assert.Contains(Api.EndpointSocket, error.Message, StringComparison.Ordinal);
        await Log.WaitForAsync(1003, 1, Cancellation);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, Api.X509.Calls);
    }

    [Fact, Proves("WA7")]
    public async Task A_withdrawn_identity_is_no_longer_used()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();
        await source.FetchJwtSvidAsync("market", Cancellation);

        await UpdatedAsync(source, () =>
        {
            Api.FetchJwt = static _ => throw new RpcException(new Status(StatusCode.PermissionDenied, "no identity issued"));
            Api.X509.Fail(StatusCode.PermissionDenied, "no identity issued");
        });

        var error = Assert.Throws<WorkloadApiException>(source.GetX509Svid);
        Assert.Contains("no identity issued", error.Message, StringComparison.Ordinal);
        Assert.Null(source.FindX509Bundle(Authority.TrustDomain));
        await Assert.ThrowsAsync<WorkloadApiException>(async () => await source.FetchJwtSvidAsync("market", Cancellation));
        // And used again when it is given back.
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var back = source.WaitUntilReadyAsync(Cancellation);
        Time.Advance(TimeSpan.FromSeconds(1));
        await back;
        Assert.Equal(Advisor, source.GetX509Svid().Id);
    }

    [Fact, Proves("WA3", "WE4")]
    public async Task While_the_server_is_away_the_last_state_counts_and_afterwards_the_new_one()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var source = await ReadySourceAsync();
        var before = source.GetX509Svid();

        await Api.StopAsync();
        await Log.WaitForAsync(1002, 3, Cancellation);
        Assert.Same(before, source.GetX509Svid());
        Assert.NotNull(source.Status.DisconnectedSince);
        Assert.Contains("cannot be reached", source.Status.LastError, StringComparison.Ordinal);

        await Api.ListenAsync();
        var updated = source.WaitUntilUpdatedAsync(Cancellation);
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        while (!updated.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(updated, Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation));
        }
        while (ReferenceEquals(before, source.GetX509Svid()))
            await source.WaitUntilUpdatedAsync(Cancellation);
        Assert.Null(source.Status.DisconnectedSince);
    }

    [Fact]
    public async Task Waiting_for_an_identity_ends_with_the_socket_and_what_to_do()
    {
        await Api.StopAsync();
        var source = CreateSource();
        await Log.WaitForAsync(1002, 2, Cancellation);

        var waiting = source.WaitUntilReadyAsync(Cancellation);
        Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<WorkloadApiException>(() => waiting);
        Assert.StartsWith($"No identity within 30 s. The Workload API at {Api.EndpointSocket} cannot be reached (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Is it running, and does SPIFFE_ENDPOINT_SOCKET name its socket?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_without_an_entry_ends_with_that_reason()
    {
        Api.X509.Fail(StatusCode.PermissionDenied, "no identity issued");
        var source = CreateSource();
        await Log.WaitForAsync(1002, 1, Cancellation);

        var waiting = source.WaitUntilReadyAsync(Cancellation);
        Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<WorkloadApiException>(() => waiting);
        Assert.Contains("has no identity for this process (no identity issued). Register the workload", error.Message, StringComparison.Ordinal);
    }

    private static TimeSpan PauseIn(string logged)
    {
        const string before = "next attempt in ";
        var start = logged.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return TimeSpan.Parse(logged[start..logged.IndexOf(". ", start, StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
    }
}
