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
    private readonly SemaphoreSlim _following = new(1, 1);
    private long _position;

    /// <summary>Appends one event and takes it over before returning.</summary>
    public async Task<SecurityEventRow> AppendAsync(SecurityEventKind kind, string subject, DateTimeOffset? expiresAt, string initiatedBy, string? reason, CancellationToken cancellationToken)
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
        await using (var context = database.CreateContext())
        {
            await AppendInOrderAsync(context, row, cancellationToken);
        }
        await FollowAsync(cancellationToken);
        return row;
    }

    public void Dispose() => _following.Dispose();

    /// <summary>Takes over what this or another instance appended since the last call.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await _following.WaitAsync(cancellationToken);
        try
        {
            await using var context = database.CreateContext();
            var rows = await context.SecurityEvents.AsNoTracking().Where(row => row.Position > _position).OrderBy(row => row.Position).ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                revocations.Apply(row);
                _position = row.Position;
            }
            feed.Append(rows);
        }
        finally
        {
            _following.Release();
        }
    }

    // Appends an event so that positions become visible in their order: a reader that has seen one never misses an earlier one.
    // SQLite writes one transaction at a time anyway; PostgreSQL is made to.
    private static async Task AppendInOrderAsync(AuthDbContext context, SecurityEventRow row, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (context is PostgreSqlAuthDbContext)
        {
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(738170301)", cancellationToken);
        }
        context.SecurityEvents.Add(row);
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
