using System.Diagnostics.Metrics;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class TokenCacheTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestAuthority _authority;
    private readonly ControlledSource _source;
    private readonly TokenCacheOptions _options = new() { RenewJitter = 0 };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly X509Svid _svid;

    public TokenCacheTests()
    {
        _authority = new TestAuthority("agentmesh.local", _clock);
        _svid = _authority.IssueX509(TestMesh.Id("advisor"));
        _source = new ControlledSource(_clock);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _svid.Dispose();
        _authority.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_token_is_used_again_until_it_is_about_to_end()
    {
        using var cache = Cache();
        var first = (await cache.GetAsync(Request(), Cancellation)).Token;
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Same(first, (await cache.GetAsync(Request(), Cancellation)).Token);
        _clock.Advance(TimeSpan.FromSeconds(115));
        Assert.NotSame(first, (await cache.GetAsync(Request(), Cancellation)).Token);
        Assert.Equal(2, _source.Calls);
    }

    [Fact]
    public async Task Callee_scopes_subject_and_svid_each_tell_tokens_apart()
    {
        using var cache = Cache();
        using var other = _authority.IssueX509(TestMesh.Id("advisor"));
        await cache.GetAsync(Request(), Cancellation);
        await cache.GetAsync(Request(callee: "trader"), Cancellation);
        await cache.GetAsync(Request(scopes: "risk.explain risk.score"), Cancellation);
        await cache.GetAsync(Request(subject: "a"), Cancellation);
        await cache.GetAsync(Request(subject: "b"), Cancellation);
        await cache.GetAsync(Request(svid: other), Cancellation);
        Assert.Equal(6, _source.Calls);

        await cache.GetAsync(Request(scopes: "risk.score  risk.explain risk.score"), Cancellation);
        await cache.GetAsync(Request(subject: "a"), Cancellation);
        Assert.Equal(6, _source.Calls);
    }

    [Fact, Proves("TX4")]
    public async Task A_token_is_not_used_longer_than_the_one_it_came_from()
    {
        using var cache = Cache();
        await cache.GetAsync(Request(subject: "a", subjectEnds: _clock.GetUtcNow().AddMinutes(1)), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(54));
        await cache.GetAsync(Request(subject: "a", subjectEnds: _clock.GetUtcNow().AddSeconds(6)), Cancellation);
        Assert.Equal(1, _source.Calls);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await cache.GetAsync(Request(subject: "a", subjectEnds: _clock.GetUtcNow().AddSeconds(5)), Cancellation);
        Assert.Equal(2, _source.Calls);
    }

    [Fact]
    public async Task Many_callers_wait_for_one_exchange()
    {
        using var cache = Cache();
        _source.Hold();
        var calls = Enumerable.Range(0, 100).Select(_ => cache.GetAsync(Request(), Cancellation).AsTask()).ToArray();
        _source.Release();
        var tokens = (await Task.WhenAll(calls)).Select(r => r.Token).Distinct();

        Assert.Single(tokens);
        Assert.Equal(1, _source.Calls);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_end_the_exchange_for_the_others()
    {
        using var cache = Cache();
        using var impatient = new CancellationTokenSource();
        _source.Hold();
        var first = cache.GetAsync(Request(), impatient.Token).AsTask();
        var second = cache.GetAsync(Request(), Cancellation).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _source.Release();

        Assert.True((await second).Succeeded);
        Assert.Equal(1, _source.Calls);
    }

    [Fact]
    public async Task A_token_is_renewed_in_the_background_before_it_ends()
    {
        using var cache = Cache();
        var first = (await cache.GetAsync(Request(), Cancellation)).Token;
        _clock.Advance(TimeSpan.FromMinutes(5) * 0.7);
        Assert.Same(first, (await cache.GetAsync(Request(), Cancellation)).Token);
        await _source.WaitForCallAsync(2);

        Assert.NotSame(first, await EventuallyOtherThanAsync(cache, first!));
        Assert.Equal(2, _source.Calls);
    }

    [Fact, Proves("T33")]
    public async Task A_failed_renewal_leaves_the_token_in_use_until_it_ends()
    {
        using var cache = Cache();
        var first = (await cache.GetAsync(Request(), Cancellation)).Token;
        _source.Failure = TokenResult.Failure(TokenError.Unavailable, "down");
        _clock.Advance(TimeSpan.FromMinutes(5) * 0.7);
        await cache.GetAsync(Request(), Cancellation);
        await _source.WaitForCallAsync(2);
        Assert.Same(first, (await cache.GetAsync(Request(), Cancellation)).Token);
        _clock.Advance(TimeSpan.FromSeconds(85));

        Assert.Equal(TokenError.Unavailable, (await cache.GetAsync(Request(), Cancellation)).Error?.Code);
    }

    [Fact]
    public async Task A_failure_answers_for_the_backoff_and_no_longer()
    {
        using var cache = Cache();
        _source.Failure = TokenResult.Failure("invalid_target", "no edge");
        Assert.Equal("invalid_target", (await cache.GetAsync(Request(), Cancellation)).Error?.Code);
        Assert.Equal("invalid_target", (await cache.GetAsync(Request(), Cancellation)).Error?.Code);
        Assert.Equal(1, _source.Calls);
        _source.Failure = null;
        _clock.Advance(_options.FailureBackoff);

        Assert.True((await cache.GetAsync(Request(), Cancellation)).Succeeded);
    }

    [Fact]
    public async Task A_source_that_throws_is_a_failure_and_not_the_end()
    {
        using var cache = Cache();
        _source.Exception = new InvalidOperationException("broken");
        Assert.Equal(TokenError.Unavailable, (await cache.GetAsync(Request(), Cancellation)).Error?.Code);
        _source.Exception = null;
        _clock.Advance(_options.FailureBackoff);

        Assert.True((await cache.GetAsync(Request(), Cancellation)).Succeeded);
    }

    [Fact]
    public async Task Only_the_refused_token_is_forgotten()
    {
        using var cache = Cache();
        var refused = (await cache.GetAsync(Request(), Cancellation)).Token!;
        cache.Invalidate(Request(), refused);
        var next = (await cache.GetAsync(Request(), Cancellation)).Token!;
        // A slow caller reports the old token once more.
        cache.Invalidate(Request(), refused);

        Assert.Same(next, (await cache.GetAsync(Request(), Cancellation)).Token);
        Assert.Equal(2, _source.Calls);
    }

    [Fact]
    public async Task The_cache_stays_within_its_bound_and_keeps_what_is_used()
    {
        _options.Capacity = 100;
        using var cache = Cache();
        for (var i = 0; i < 1000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await cache.GetAsync(Request(subject: "kept"), Cancellation);
            await cache.GetAsync(Request(subject: $"s{i}"), Cancellation);
            Assert.InRange(cache.Count, 1, 100);
        }
        Assert.Equal(1001, _source.Calls);
    }

    [Fact, Proves("T35")]
    public async Task A_token_never_shows_itself()
    {
        using var cache = Cache();
        var result = await cache.GetAsync(Request(subject: "a"), Cancellation);

        Assert.DoesNotContain("token-1", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", result.Token!.ToString(), StringComparison.Ordinal);
        Assert.Equal("[redacted]", new SubjectToken("secret", default, default).ToString());
    }

    private TokenCache Cache() =>
        new(_source, Options.Create(_options), _clock, new AuthMetrics(_services.GetRequiredService<IMeterFactory>()), NullLogger<TokenCache>.Instance);

    private TokenRequest Request(string callee = "risk-analyst", string scopes = "risk.score", string? subject = null, DateTimeOffset? subjectEnds = null, X509Svid? svid = null) => new()
    {
        Callee = TestManifest.Manifest.Agents[callee],
        Scopes = ScopeSet.Parse(scopes),
        Svid = svid ?? _svid,
        OnBehalfOf = subject is null ? null : new DelegationContext("c", "s", [], ScopeSet.Empty, null,
            new SubjectToken(subject, TokenHash.Of(subject), subjectEnds ?? _clock.GetUtcNow().AddMinutes(30))),
    };

    // The renewed token is stored just after the source has answered.
    private async Task<AccessToken> EventuallyOtherThanAsync(TokenCache cache, AccessToken old)
    {
        while (true)
        {
            var now = (await cache.GetAsync(Request(), Cancellation)).Token!;
            if (!ReferenceEquals(now, old))
                return now;
            await Task.Yield();
        }
    }
}
