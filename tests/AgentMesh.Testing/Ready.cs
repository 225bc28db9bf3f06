using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AgentMesh.Testing;

/// <summary>Waits for an application in this process as a host does before it sends anybody there.</summary>
public static class Ready
{
    /// <summary>Ends when the application knows what is revoked: before that it refuses everybody. Health checks of a test's own do not matter.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It does not for 30 s; the message says why.</exception>
    public static async Task WaitAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        var health = services.GetRequiredService<HealthCheckService>();
        var limit = TimeProvider.System.GetTimestamp();
        while (await health.CheckHealthAsync(static check => check.Name == "revocation", cancellationToken) is { Status: HealthStatus.Unhealthy } report)
        {
            if (TimeProvider.System.GetElapsedTime(limit) > TimeSpan.FromSeconds(30))
                throw new TimeoutException(string.Join(' ', report.Entries.Select(entry => $"{entry.Key}: {entry.Value.Status} {entry.Value.Description}")));
            await Task.Delay(5, cancellationToken);
        }
    }
}
