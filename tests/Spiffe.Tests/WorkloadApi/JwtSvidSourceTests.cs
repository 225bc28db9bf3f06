using AgentMesh.Spiffe.Protocol;
using AgentMesh.Testing;
using Grpc.Core;

namespace AgentMesh.Spiffe.Tests.WorkloadApi;

/// <summary>JWT-SVIDs of a source: cached per audience, one fetch for many, renewed ahead of expiry.</summary>
public sealed class JwtSvidSourceTests : SourceFixture
{
    private int _fetches;
    private TaskCompletionSource? _gate;

    private async Task<SpiffeSource> SourceAsync()
    {
        Api.Serve(Authority, Authority.IssueCertificate(Advisor));
        var serve = Api.FetchJwt;
        Api.FetchJwt = async request =>
        {
            Interlocked.Increment(ref _fetches);
            if (_gate is { } gate)
                await gate.Task;
            return await serve(request);
        };
        return await ReadySourceAsync();
    }

    [Fact]
    public async Task A_token_is_for_the_audience_and_the_identity_of_the_x509_svid()
    {
        var source = await SourceAsync();

        var svid = await source.FetchJwtSvidAsync("market", Cancellation);

        Assert.Equal(Advisor, svid.Id);
        Assert.Equal(["market"], svid.Audience);
        Assert.True(JwtSvidValidator.Validate(svid.Token, source, "market", Time.GetUtcNow()).IsValid);
        Assert.DoesNotContain(svid.Token, svid.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_callers_share_one_fetch_and_the_next_ones_its_result()
    {
        var source = await SourceAsync();
        _gate = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 50).Select(_ => source.FetchJwtSvidAsync("market", Cancellation).AsTask()).ToList();

        _gate.SetResult();
        var svids = await Task.WhenAll(callers);

        Assert.Equal(1, _fetches);
        Assert.Single(svids.Distinct());
        Assert.Same(svids[0], await source.FetchJwtSvidAsync("market", Cancellation));
        Assert.NotSame(svids[0], await source.FetchJwtSvidAsync("other", Cancellation));
        Assert.Equal(2, _fetches);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_take_the_fetch_from_the_others()
    {
        var source = await SourceAsync();
        _gate = new TaskCompletionSource();
        using var impatient = new CancellationTokenSource();
        var first = source.FetchJwtSvidAsync("market", impatient.Token).AsTask();
        var second = source.FetchJwtSvidAsync("market", Cancellation).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _gate.SetResult();

        Assert.Equal(Advisor, (await second).Id);
        Assert.Equal(1, _fetches);
    }

    [Fact]
    public async Task A_token_is_renewed_ahead_of_its_expiry_while_callers_go_on_with_it()
    {
        var source = await SourceAsync();
        var first = await source.FetchJwtSvidAsync("market", Cancellation);
        // Before half of its life nothing happens, whatever the jitter.
        Time.Advance(TimeSpan.FromSeconds(149));
        Assert.Same(first, await source.FetchJwtSvidAsync("market", Cancellation));
        Assert.Equal(1, _fetches);

        Time.Advance(TimeSpan.FromSeconds(80));
        _gate = new TaskCompletionSource();
        Assert.Same(first, await source.FetchJwtSvidAsync("market", Cancellation));
        _gate.SetResult();

        var renewed = first;
        while (ReferenceEquals(renewed, first))
        {
            renewed = await source.FetchJwtSvidAsync("market", Cancellation);
            await Task.Yield();
        }
        Assert.Equal(2, _fetches);
        Assert.True(renewed.ExpiresAt > first.ExpiresAt);
    }

    [Fact]
    public async Task A_failed_renewal_keeps_the_token_until_it_expires_and_no_longer()
    {
        var source = await SourceAsync();
        var first = await source.FetchJwtSvidAsync("market", Cancellation);
        Api.FetchJwt = static _ => throw new RpcException(new Status(StatusCode.Unavailable, "starting"));

        Time.Advance(TimeSpan.FromSeconds(240));
        Assert.Same(first, await source.FetchJwtSvidAsync("market", Cancellation));
        await Log.WaitForAsync(1006, 1, Cancellation);
        Time.Advance(TimeSpan.FromSeconds(61));

        var error = await Assert.ThrowsAsync<WorkloadApiException>(async () => await source.FetchJwtSvidAsync("market", Cancellation));
        Assert.Equal(WorkloadApiError.Unavailable, error.Error);
    }

    [Theory, Proves("WA4")]
    [InlineData("none")]
    [InlineData("other id")]
    [InlineData("other audience")]
    [InlineData("not a token")]
    [InlineData("expired")]
    public async Task An_answer_that_breaks_the_standard_is_discarded(string defect)
    {
        var source = await SourceAsync();
        var other = Authority.Id("/agent/other");
        Api.FetchJwt = request => Task.FromResult(defect switch
        {
            "none" => new JWTSVIDResponse(),
            "other id" => Response(Advisor, Authority.IssueJwt(other, "market")),
            "other audience" => Response(Advisor, Authority.IssueJwt(Advisor, "elsewhere")),
            "not a token" => Response(Advisor, "e30.e30.e30"),
            _ => Response(Advisor, Authority.IssueJwt(Advisor, "market", TimeSpan.FromMinutes(-1))),
        });

        var error = await Assert.ThrowsAsync<WorkloadApiException>(async () => await source.FetchJwtSvidAsync("market", Cancellation));

        Assert.Equal(WorkloadApiError.InvalidResponse, error.Error);

        static JWTSVIDResponse Response(SpiffeId id, string token) =>
            new() { Svids = { new JWTSVID { SpiffeId = id.ToString(), Svid = token } } };
    }

    [Fact, Proves("WA4")]
    public async Task A_token_for_another_id_than_the_answer_says_is_discarded()
    {
        await using var client = new WorkloadApiClient(Api.Options, Time);
        Api.FetchJwt = _ => Task.FromResult(new JWTSVIDResponse
        {
            Svids = { new JWTSVID { SpiffeId = Advisor.ToString(), Svid = Authority.IssueJwt(Authority.Id("/agent/other"), "market") } },
        });

        var error = await Assert.ThrowsAsync<WorkloadApiException>(() => client.FetchJwtSvidsAsync(["market"], cancellationToken: Cancellation));

        Assert.Equal(WorkloadApiError.InvalidResponse, error.Error);
    }

    [Fact, Proves("WA10")]
    public async Task A_server_can_be_asked_to_validate()
    {
        await using var client = new WorkloadApiClient(Api.Options, Time);
        var token = Authority.IssueJwt(Advisor, "market");
        Api.Validate = request => request.Audience == "market" && request.Svid == token
            ? new ValidateJWTSVIDResponse { SpiffeId = Advisor.ToString() }
            : throw new RpcException(new Status(StatusCode.InvalidArgument, "signature"));

        var svid = await client.ValidateJwtSvidAsync("market", token, Cancellation);

        Assert.Equal(Advisor, svid.Id);
        Assert.Equal(Advisor.ToString(), svid.Claims["sub"].GetString());
        var error = await Assert.ThrowsAsync<WorkloadApiException>(() => client.ValidateJwtSvidAsync("market", "forged", Cancellation));
        Assert.Equal(WorkloadApiError.InvalidArgument, error.Error);
    }

    [Fact, Proves("WA4")]
    public async Task A_server_that_approves_something_else_is_not_believed()
    {
        await using var client = new WorkloadApiClient(Api.Options, Time);
        Api.Validate = _ => new ValidateJWTSVIDResponse { SpiffeId = "spiffe://mesh.test/agent/other" };

        foreach (var token in new[] { Authority.IssueJwt(Advisor, "market"), "nonsense" })
        {
            var error = await Assert.ThrowsAsync<WorkloadApiException>(() => client.ValidateJwtSvidAsync("market", token, Cancellation));
            Assert.Equal(WorkloadApiError.InvalidResponse, error.Error);
        }
    }
}
