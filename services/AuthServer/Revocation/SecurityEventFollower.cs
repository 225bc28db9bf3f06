using AgentMesh.AuthServer.Events;
using AgentMesh.AuthServer.Storage;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>Follows what other instances revoke, and forgets what has expired.</summary>
internal sealed partial class SecurityEventFollower(SecurityEventLog log, RevocationList revocations, EventFeed feed, AuthDatabase database, TimeProvider time, ILogger<SecurityEventFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // An SQLite file has one instance, which takes over its own events when it appends them. On PostgreSQL instances wake each other;
    // looking again all the same says that the database is there.
    private readonly TimeSpan _interval = database.IsShared ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        database.IsShared ? Task.WhenAll(LookAsync(stoppingToken), ListenAsync(stoppingToken)) : LookAsync(stoppingToken);

    private async Task LookAsync(CancellationToken stoppingToken)
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

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.ListenAsync(SecurityEventLog.Channel, stoppingToken);
                while (true)
                {
                    // What was said before this connection listened, too.
                    await log.FollowAsync(stoppingToken);
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogListeningFailed(failure);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(2201, LogLevel.Error, "The log of security events cannot be read; trying again until it can")]
    private partial void LogFollowingFailed(Exception failure);

    [LoggerMessage(2202, LogLevel.Warning, "Other instances' revocations are not heard at once until the database can be listened to again")]
    private partial void LogListeningFailed(Exception failure);
}
