using AgentMesh.Auth;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace AgentMesh.ServiceDefaults;

/// <summary>The standard resilience pipeline, with three differences.</summary>
internal static class Resilience
{
    public static void Configure(HttpStandardResilienceOptions options)
    {
        // An agent may ask others, or a model, before it answers.
        options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(30);
        options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(90);
        options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(60);
        // A call that may not be made does not become allowed by asking again, and says nothing about the callee's health.
        options.Retry.ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome));
        options.CircuitBreaker.ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome));
        // A POST that timed out may have been done: only safe methods are sent again.
        options.Retry.DisableForUnsafeHttpMethods();
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is not AgentAuthorizationException && HttpClientResiliencePredicates.IsTransient(outcome);
}
