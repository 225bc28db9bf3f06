using System.Net;
using AgentMesh.Auth;
using AgentMesh.ServiceDefaults;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace AgentMesh.Agents.Tests.ServiceDefaults;

public sealed class ResilienceTests
{
    private static readonly AgentAuthorizationException NotAllowed = new("invalid_target", "trader", "trade.execute", "no such edge");

    private readonly HttpStandardResilienceOptions _options = new();

    public ResilienceTests() => Resilience.Configure(_options);

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("POST", false)]
    [InlineData("PUT", false)]
    [InlineData("PATCH", false)]
    [InlineData("DELETE", false)]
    public async Task Only_safe_methods_are_sent_again(string method, bool again)
    {
        using var busy = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);

        Assert.Equal(again, await RetriesAsync(method, Outcome.FromResult(busy)));
        Assert.Equal(again, await RetriesAsync(method, Outcome.FromException<HttpResponseMessage>(new HttpRequestException("connection refused"))));
    }

    [Fact]
    public async Task A_call_that_may_not_be_made_is_not_tried_again_and_opens_no_circuit()
    {
        var outcome = Outcome.FromException<HttpResponseMessage>(NotAllowed);

        Assert.False(await RetriesAsync("GET", outcome));
        Assert.False(await _options.CircuitBreaker.ShouldHandle(new CircuitBreakerPredicateArguments<HttpResponseMessage>(ContextOf("GET"), outcome)));
        Assert.True(await _options.CircuitBreaker.ShouldHandle(new CircuitBreakerPredicateArguments<HttpResponseMessage>(ContextOf("GET"), Outcome.FromException<HttpResponseMessage>(new HttpRequestException()))));
    }

    private ValueTask<bool> RetriesAsync(string method, Outcome<HttpResponseMessage> outcome) =>
        _options.Retry.ShouldHandle(new RetryPredicateArguments<HttpResponseMessage>(ContextOf(method), outcome, 0));

    private static ResilienceContext ContextOf(string method)
    {
        var context = ResilienceContextPool.Shared.Get(TestContext.Current.CancellationToken);
        context.SetRequestMessage(new HttpRequestMessage(new HttpMethod(method), "https://trader/"));
        return context;
    }
}
