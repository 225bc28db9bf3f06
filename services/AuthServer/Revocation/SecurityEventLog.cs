using AgentMesh.AuthServer.Events;
using AgentMesh.AuthServer.Storage;
using AgentMesh.AuthServer.Tokens;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Revocation;

/// <summary>
/// The append-only log of security events: written before anybody is told that something is revoked, followed by every instance.
/// </summary>
internal sealed class SecurityEventLog(AuthDatabase database, RevocationList revocations, EventFeed feed, TimeProvider time) : IDisposable
{
    /// <summary>The PostgreSQL channel on which instances wake each other.</summary>
    public const string Channel = "agentmesh_security_events";

    private const int AppendLock = 738170301;

    /// <summary>
    /// How long other instances' revocations may go unread before this one decides nothing any more: it would answer from what it
    /// knew before.
    /// </summary>
    private static readonly TimeSpan LongestUnread = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _following = new(1, 1);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _position;
    private long _readAt = time.GetTimestamp();

    /// <summary>Whether other instances may have revoked something that this one has not read.</summary>
    public bool IsBehind => database.IsShared && time.GetElapsedTime(Volatile.Read(ref _readAt)) > LongestUnread;

    /// <summary>
    /// Appends one event and takes it over before returning. A party that is disabled, or enabled, already stays as it is: what other instances have
    /// written counts, not what this one has read of it.
    /// </summary>
    public async Task AppendAsync(SecurityEventKind kind, string subject, DateTimeOffset? expiresAt, string initiatedBy, string? reason, CancellationToken cancellationToken)
    {
        var row = new SecurityEventRow
        {
            Id = TokenIdentifier.Create(),
            Kind = kind,
            Subject = subject,
            OccurredAt = time.GetUtcNow(),
            ExpiresAt = expiresAt,
            InitiatedBy = initiatedBy,
            Reason = reason,
        };
        await WriteInTurnAsync(async () =>
        {
            await using var context = database.CreateContext();
            await AppendInOrderAsync(context, row, cancellationToken);
        }, cancellationToken);
        // Stored is stored: it is published even when whoever asked has gone.
        await FollowAsync(CancellationToken.None);
    }

    /// <summary>
    /// Makes writes of this process wait in a line, so that a revocation waits for one other write at most. SQLite's own waiting is no line: it
    /// sleeps for up to a tenth of a second and misses its turn to whoever writes again at once.
    /// </summary>
    public async Task WriteInTurnAsync(Func<Task> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await write();
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose()
    {
        _following.Dispose();
        _writing.Dispose();
    }

    /// <summary>Takes over what this or another instance appended since the last call.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _following.WaitAsync(cancellationToken);
        try
        {
            var asked = time.GetTimestamp();
            await using var context = database.CreateContext();
            var rows = await context.SecurityEvents.AsNoTracking().Where(row => row.Position > _position).OrderBy(row => row.Position).ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                revocations.Apply(row);
                _position = row.Position;
            }
            feed.Append(rows);
            Volatile.Write(ref _readAt, asked);
        }
        finally
        {
            _following.Release();
        }
    }

    // Appends an event so that positions become visible in their order: a reader that has seen one never misses an earlier one.
    // SQLite writes one transaction at a time anyway; PostgreSQL is made to. Times grow with positions, whatever the instances'
    // clocks say, because receivers order by them.
    private static async Task AppendInOrderAsync(AuthDbContext context, SecurityEventRow row, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (context is PostgreSqlAuthDbContext)
        {
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AppendLock})", cancellationToken);
        }
        var last = await context.SecurityEvents.OrderByDescending(other => other.Position).Select(other => (DateTimeOffset?)other.OccurredAt).FirstOrDefaultAsync(cancellationToken);
        if (last >= row.OccurredAt.AddMilliseconds(-1))
        {
            row.OccurredAt = last.Value.AddMilliseconds(1);
        }
        if (row.Kind is SecurityEventKind.PartyEnabled or SecurityEventKind.PartyDisabled && await IsSoAlreadyAsync(context, row, cancellationToken))
        {
            return;
        }
        if (row.Kind == SecurityEventKind.PartyEnabled)
        {
            await SeparateFromLastAsync(context, row, cancellationToken);
        }
        context.SecurityEvents.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        if (context is PostgreSqlAuthDbContext)
        {
            // Sent when the transaction commits.
            await context.Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, '')", cancellationToken);
        }
        // Whoever hangs up now leaves no doubt about what is stored.
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static async Task<bool> IsSoAlreadyAsync(AuthDbContext context, SecurityEventRow row, CancellationToken cancellationToken)
    {
        var newest = await context.SecurityEvents
            .Where(other => other.Subject == row.Subject && (other.Kind == SecurityEventKind.PartyEnabled || other.Kind == SecurityEventKind.PartyDisabled))
            .OrderByDescending(other => other.Position).Select(other => (SecurityEventKind?)other.Kind).FirstOrDefaultAsync(cancellationToken);
        return (newest ?? SecurityEventKind.PartyEnabled) == row.Kind;
    }

    // Tokens tell time in whole seconds, and those issued in the second of enabling are dated into the next one (RevocationList.IssuableFrom). To tell them
    // from what is issued after the party was disabled and enabled once more within it, each enabling has a second of its own.
    private static async Task SeparateFromLastAsync(AuthDbContext context, SecurityEventRow row, CancellationToken cancellationToken)
    {
        var before = await context.SecurityEvents.Where(other => other.Kind == SecurityEventKind.PartyEnabled && other.Subject == row.Subject)
            .OrderByDescending(other => other.Position).Select(other => (DateTimeOffset?)other.OccurredAt).FirstOrDefaultAsync(cancellationToken);
        if (before is { } last && last.ToUnixTimeSeconds() >= row.OccurredAt.ToUnixTimeSeconds())
        {
            row.OccurredAt = DateTimeOffset.FromUnixTimeSeconds(last.ToUnixTimeSeconds() + 1);
        }
    }
}
