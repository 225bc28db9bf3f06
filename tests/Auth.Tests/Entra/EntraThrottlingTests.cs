using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests.Entra;

/// <summary>When Entra throttles or fails, it is asked again as it says, and no sooner.</summary>
public sealed class EntraThrottlingTests : EntraTest
{
    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_short_retry_after_is_waited_for(int status)
    {
        Fail(1, status, retryAfter: 3);
        var waiting = WaitingForTimer(TimeSpan.FromSeconds(3));
        var pending = AcquireAsync(Mesh.Caller());
        await waiting;
        Assert.Single(Entra.Requests);

        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True((await pending).Succeeded);
        Assert.Equal(2, Entra.Requests.Count);
    }

    [Fact]
    public async Task A_long_retry_after_fails_at_once_and_keeps_further_calls_from_asking()
    {
        Fail(1, 429, retryAfter: 120);
        var caller = Mesh.Caller();
        Assert.Equal("temporarily_unavailable", (await AcquireAsync(caller)).Error?.Code);

        Mesh.Mesh.Clock.Advance(TimeSpan.FromSeconds(5));
        var kept = await AcquireAsync(caller);
        Assert.Equal("temporarily_unavailable", kept.Error?.Code);
        Assert.Contains("not to be asked again within 120 s", kept.Error!.Description, StringComparison.Ordinal);
        Assert.Single(Entra.Requests);

        await AssertAnotherResourceIsToBeHadAsync();
    }

    [Fact]
    public async Task Failures_that_go_on_end_after_as_many_attempts_as_are_set()
    {
        Fail(int.MaxValue, 500, retryAfter: null);
        using var moving = new MovingClock(Mesh.Mesh.Clock);
        var result = await AcquireAsync(Mesh.Caller(null, ("Mesh:Entra:MaxAttempts", "3")));

        Assert.Equal("temporarily_unavailable", result.Error?.Code);
        Assert.Equal(3, Entra.Requests.Count);

        Entra.Intercept = null;
        await AssertAnotherResourceIsToBeHadAsync();
    }

    // MSAL keeps the pause of the one that failed by the machine's own clock.
    private async Task AssertAnotherResourceIsToBeHadAsync() =>
        Assert.True((await AcquireAsync(Mesh.Caller(null, ("Mesh:Callees:risk-analyst:Entra:AppIdUri", Entra.Tenant.AddResource().AppIdUri)))).Succeeded);

    [Fact]
    public async Task A_refusal_is_not_asked_again()
    {
        Entra.Intercept = _ => EntraRefusal.UnknownResource("api://x").ToResult(Entra.Now);
        Assert.Equal("invalid_resource", (await AcquireAsync(Mesh.Caller())).Error?.Code);
        Assert.Single(Entra.Requests);
    }

    private void Fail(int times, int status, int? retryAfter)
    {
        var left = times;
        Entra.Intercept = context =>
        {
            if (left-- <= 0)
                return null;
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter.ToString();
            return TypedResults.StatusCode(status);
        };
    }

    private Task WaitingForTimer(TimeSpan due)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Mesh.Mesh.Clock.TimerCreated = created =>
        {
            if (created == due)
                begun.TrySetResult();
        };
        return begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    /// <summary>Moves the clock on whenever somebody waits for it for less than two seconds: for backoff, whose length is random.</summary>
    private sealed class MovingClock : IDisposable
    {
        private readonly TestClock _clock;

        public MovingClock(TestClock clock)
        {
            _clock = clock;
            _clock.TimerCreated = due =>
            {
                if (due < TimeSpan.FromSeconds(2))
                    _ = Task.Run(() => _clock.Advance(due));
            };
        }

        public void Dispose() => _clock.TimerCreated = null;
    }
}
