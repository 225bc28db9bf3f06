using System.Collections.Concurrent;
using AgentMesh.AuthServer.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Events;

/// <summary>
/// The receivers' streams. What they acknowledged is stored a second later at most; after a crash they are sent those events again,
/// never fewer.
/// </summary>
internal sealed partial class EventStreams(AuthDatabase database, TimeProvider time, ILogger<EventStreams> logger) : BackgroundService
{
    /// <summary>A stream that nobody polled for this long belongs to a process that is gone.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private static readonly TimeSpan RemovalInterval = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string Receiver, string Name), EventStream> _streams = new();
    private DateTimeOffset _nextRemoval;

    public async Task<EventStream> OpenAsync(string receiver, string name, CancellationToken cancellationToken)
    {
        if (!_streams.TryGetValue((receiver, name), out var stream))
        {
            await using var context = database.CreateContext();
            var row = await context.EventStreams.AsNoTracking().SingleOrDefaultAsync(r => r.Receiver == receiver && r.Stream == name, cancellationToken);
            stream = _streams.GetOrAdd((receiver, name), new EventStream(receiver, name, row?.Acknowledged ?? 0));
        }
        stream.LastPolledAt = time.GetUtcNow();
        stream.Changed = true;
        return stream;
    }

    /// <summary>Stores what changed, and forgets abandoned streams and events that revoke nothing any more.</summary>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        var changed = _streams.Values.Where(stream => stream.Changed).ToArray();
        if (changed.Length > 0)
        {
            await using var context = database.CreateContext();
            foreach (var stream in changed)
            {
                stream.Changed = false;
                var row = await context.EventStreams.FindAsync([stream.Receiver, stream.Name], cancellationToken)
                    ?? context.EventStreams.Add(new EventStreamRow { Receiver = stream.Receiver, Stream = stream.Name }).Entity;
                row.Acknowledged = Math.Max(row.Acknowledged, stream.Acknowledged);
                row.LastPolledAt = stream.LastPolledAt;
            }
            await context.SaveChangesAsync(cancellationToken);
        }
        await RemoveAbandonedAsync(cancellationToken);
    }

    private async Task RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _nextRemoval)
        {
            return;
        }
        _nextRemoval = now + RemovalInterval;
        var abandoned = now - Abandoned;
        await using var context = database.CreateContext();
        await context.EventStreams.Where(row => row.LastPolledAt < abandoned).ExecuteDeleteAsync(cancellationToken);
        await context.SecurityEvents.Where(row => row.ExpiresAt < abandoned).ExecuteDeleteAsync(cancellationToken);
        foreach (var (key, stream) in _streams)
        {
            if (stream.LastPolledAt < abandoned)
            {
                _streams.TryRemove(key, out _);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryStoreAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryStoreAsync(stoppingToken);
        }
    }

    private async Task TryStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StoreAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogStoringFailed(failure);
        }
    }

    [LoggerMessage(2301, LogLevel.Error, "Acknowledgements of security events could not be stored; receivers will be sent some events again")]
    private partial void LogStoringFailed(Exception failure);
}
