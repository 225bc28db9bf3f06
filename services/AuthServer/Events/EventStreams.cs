using System.Collections.Concurrent;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Events;

/// <summary>
/// The receivers' streams, in memory. What they acknowledged is stored a few seconds later; after a crash they are sent those events
/// again, never fewer. Nothing is stored before an event is delivered.
/// </summary>
internal sealed partial class EventStreams(AuthDatabase database, SecurityEventLog log, TimeProvider time, ILogger<EventStreams> logger) : BackgroundService
{
    /// <summary>One process needs one stream; whoever opens more than this is not served.</summary>
    private const int MostStreams = 1000;

    // A transaction of this many rows is over before a revocation that waits for its turn to write could be felt.
    private const int RowsAtOnce = 25;

    /// <summary>A stream that nobody polled for this long belongs to a process that is gone.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RemovalInterval = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string Receiver, string Name), EventStream> _streams = new();
    private DateTimeOffset _nextRemoval;

    /// <returns>Null: the receiver has too many streams.</returns>
    public async Task<EventStream?> OpenAsync(string receiver, string name, CancellationToken cancellationToken)
    {
        if (!_streams.TryGetValue((receiver, name), out var stream))
        {
            if (_streams.Keys.Count(key => key.Receiver == receiver) >= MostStreams)
            {
                return null;
            }
            await using var context = database.CreateContext();
            var row = await context.EventStreams.AsNoTracking().SingleOrDefaultAsync(r => r.Receiver == receiver && r.Stream == name, cancellationToken);
            stream = _streams.GetOrAdd((receiver, name), new EventStream(receiver, name, row?.Acknowledged ?? 0));
        }
        stream.LastPolledAt = time.GetUtcNow();
        return stream;
    }

    /// <summary>Stores what changed, and forgets abandoned streams and events that revoke nothing any more.</summary>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        foreach (var changed in _streams.Values.Where(stream => stream.MustBeStored).Chunk(RowsAtOnce))
        {
            await using var context = database.CreateContext();
            var names = changed.Select(stream => stream.Name).ToArray();
            var rows = (await context.EventStreams.Where(row => names.Contains(row.Stream)).ToListAsync(cancellationToken)).ToDictionary(row => (row.Receiver, row.Stream));
            List<(EventStream Stream, long Acknowledged, DateTimeOffset PolledAt)> stored = [];
            foreach (var stream in changed)
            {
                if (!rows.TryGetValue((stream.Receiver, stream.Name), out var row))
                {
                    row = context.EventStreams.Add(new EventStreamRow { Receiver = stream.Receiver, Stream = stream.Name }).Entity;
                }
                var (acknowledged, polledAt) = (stream.Acknowledged, stream.LastPolledAt);
                row.Acknowledged = Math.Max(row.Acknowledged, acknowledged);
                row.LastPolledAt = polledAt;
                stored.Add((stream, acknowledged, polledAt));
            }
            await log.WriteInTurnAsync(() => context.SaveChangesAsync(cancellationToken), cancellationToken);
            foreach (var (stream, acknowledged, polledAt) in stored)
            {
                stream.Stored(acknowledged, polledAt);
            }
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
        var superseded = now - EventFeed.SupersededFor;
        await context.SecurityEvents.Where(row => (row.Kind == SecurityEventKind.PartyDisabled || row.Kind == SecurityEventKind.PartyEnabled) && row.OccurredAt < superseded
            && context.SecurityEvents.Any(later => later.Subject == row.Subject && later.Position > row.Position
                && (later.Kind == SecurityEventKind.PartyDisabled || later.Kind == SecurityEventKind.PartyEnabled))).ExecuteDeleteAsync(cancellationToken);
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
        using var timer = new PeriodicTimer(StoreInterval, time);
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
