using AgentMesh.AuthServer.Events;
using AgentMesh.AuthServer.Hosting;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>Follows what other instances revoke, and forgets what has expired.</summary>
internal sealed partial class SecurityEventFollower(SecurityEventLog log, RevocationList revocations, EventFeed feed, IOptions<AuthServerOptions> options, TimeProvider time, ILogger<SecurityEventFollower> logger)
    : BackgroundService
{
    // An SQLite file has one instance, which takes over its own events when it appends them.
    private readonly TimeSpan _interval = options.Value.Database == DatabaseProvider.PostgreSql ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await log.FollowAsync(stoppingToken);
                revocations.RemoveExpired();
                feed.RemoveExpired();
                failing = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failing)
                {
                    LogFollowingFailed(failure);
                }
                failing = true;
            }
        }
    }

    [LoggerMessage(2201, LogLevel.Error, "The log of security events cannot be read; trying again until it can")]
    private partial void LogFollowingFailed(Exception failure);
}
