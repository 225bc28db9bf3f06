using AgentMesh.AuthServer.Hosting;
using AgentMesh.AuthServer.Tokens;
using Microsoft.Extensions.Options;

namespace AgentMesh.AuthServer.Keys;

/// <summary>
/// Keeps the ring in step with the database and the schedule. The next generation is published
/// <see cref="AuthServerOptions.KeyPublishAhead"/> before it signs; a superseded one goes once the last token it signed has expired.
/// The schedule follows from the rows alone, so instances that share a database agree without talking to each other.
/// </summary>
internal sealed partial class KeyRotation(SigningKeyStore store, KeyRing ring, IOptions<AuthServerOptions> options, TimeProvider time, ILogger<KeyRotation> logger)
    : BackgroundService
{
    // Longer than the clocks of two instances and their callees differ.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>One round: create what is due, drop what is done, take over what others did.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        var keys = await store.LoadAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (keys.Count == 0)
        {
            await store.AddAsync(1, now, cancellationToken);
            keys = await store.LoadAsync(cancellationToken);
        }
        else if (keys[^1] is var newest && now >= newest.ActiveFrom + options.Value.KeyRotationPeriod - options.Value.KeyPublishAhead)
        {
            var due = newest.ActiveFrom + options.Value.KeyRotationPeriod;
            var earliest = now + options.Value.KeyPublishAhead;
            await store.AddAsync(newest.Generation + 1, due > earliest ? due : earliest, cancellationToken);
            keys = await store.LoadAsync(cancellationToken);
            LogNextKey(newest.Generation + 1);
        }

        var done = keys.Zip(keys.Skip(1)).Where(pair => pair.Second.ActiveFrom + TokenLifetime.Longest + Grace < now).Select(pair => pair.First.Generation).ToHashSet();
        if (done.Count > 0)
        {
            await store.RemoveAsync(done, cancellationToken);
            LogKeysRemoved(done.Count);
        }
        ring.Replace(keys.Where(key => !done.Contains(key.Generation)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RotateAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The ring in memory goes on; an overdue rotation is repeated in the next round.
                LogRotationFailed(failure);
            }
        }
    }

    [LoggerMessage(2101, LogLevel.Information, "Published signing key {Generation} ahead of its use")]
    private partial void LogNextKey(int generation);

    [LoggerMessage(2102, LogLevel.Information, "Removed {Count} signing key(s) that no valid token was signed with")]
    private partial void LogKeysRemoved(int count);

    [LoggerMessage(2103, LogLevel.Error, "Signing keys could not be rotated; trying again in a minute")]
    private partial void LogRotationFailed(Exception failure);
}
