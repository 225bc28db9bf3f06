using AgentMesh.AuthServer.Keys;
using AgentMesh.AuthServer.Revocation;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AgentMesh.AuthServer.Hosting;

/// <summary><c>/alive</c>: the process answers. <c>/health</c>: it can serve, that is, it holds an SVID and a key to sign with, and knows what is revoked.</summary>
internal static class HealthEndpoints
{
    public static bool IsHealth(PathString path) => path == "/health" || path == "/alive";

    public static void AddChecks(IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<SigningKeyCheck>("signing-keys").AddCheck<RevocationCheck>("revocations");

    public static void Map(WebApplication app)
    {
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new() { Predicate = _ => false });
    }

    private sealed class SigningKeyCheck(KeyRing keys) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(keys.Keys.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("There is no signing key."));
    }

    private sealed class RevocationCheck(SecurityEventLog log) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(log.IsBehind ? HealthCheckResult.Unhealthy("What other instances have revoked cannot be read from the database.") : HealthCheckResult.Healthy());
    }
}
