using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AgentMesh.Auth.AspNetCore;

/// <summary>
/// Not ready until all that is revoked has been received, for until then everybody is refused. Says later when revocations are not heard of: the
/// agent still serves, but refuses more and more.
/// </summary>
internal sealed class RevocationHealth(RevocationFreshness freshness) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !freshness.IsKnown ? HealthCheckResult.Unhealthy("What is revoked has not been received from the authorization server yet: every call is refused.")
        : freshness.IsStale ? HealthCheckResult.Degraded("Revocations could not be received for longer than Mesh:Server:RevocationMaxStaleness: older tokens are refused.")
        : HealthCheckResult.Healthy());
}
