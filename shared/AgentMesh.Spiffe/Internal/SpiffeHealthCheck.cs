using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AgentMesh.Spiffe.Internal;

/// <summary>
/// Healthy while the SVID is young. Degraded past two thirds of its life: it should have been renewed at half. Unhealthy
/// without one, with an expired one, or when the stream has been lost for two thirds of a life.
/// </summary>
internal sealed class SpiffeHealthCheck(SpiffeSource source, TimeProvider? time = null) : IHealthCheck
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        var now = _time.GetUtcNow();
        var (svid, disconnectedSince, lastError) = source.Status;
        if (svid is null)
            return HealthCheckResult.Unhealthy("There is no X509-SVID. " + lastError);
        if (now > svid.NotAfter)
            return HealthCheckResult.Unhealthy($"The X509-SVID of {svid.Id} expired at {svid.NotAfter:u}. {lastError}");
        var twoThirds = (svid.NotAfter - svid.NotBefore) * 2 / 3;
        if (now - disconnectedSince > twoThirds)
            return HealthCheckResult.Unhealthy($"The stream to the Workload API is lost since {disconnectedSince:u}. {lastError}");
        return now > svid.NotBefore + twoThirds
            ? HealthCheckResult.Degraded($"The X509-SVID of {svid.Id} is past two thirds of its life and expires at {svid.NotAfter:u}. {lastError}")
            : HealthCheckResult.Healthy($"{svid.Id} until {svid.NotAfter:u}");
    }
}
