using AgentMesh.AuthServer.Audit.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Audit;

/// <summary>Reads the ledger.</summary>
internal sealed class LedgerReader(LedgerDatabase database, AuditLedger ledger, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // Another instance may have taken records over: look into the database this often while waiting.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>A page of records, and the position to continue from. It waits for the first when the query says so.</summary>
    /// <param name="query">What to look for.</param>
    /// <param name="unless">Leaves records of this caller's own reading out: a follower would otherwise be woken by having been told.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LedgerPage> ReadAsync(LedgerQuery query, string? unless, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + query.Wait;
        while (true)
        {
            // Before looking: what comes after the look ends the wait.
            var grown = ledger.Grown;
            var page = await ReadOnceAsync(query, unless, cancellationToken);
            if (page.Records.Count > 0 || time.GetUtcNow() >= until || lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return page;
            }
            query = query with { After = page.Next };
            await Task.WhenAny(grown, Task.Delay(LookAgain, time, cancellationToken));
        }
    }

    /// <summary>How far each journal is held.</summary>
    public async Task<IReadOnlyList<LedgerHead>> HeadsAsync(CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        var heads = new List<LedgerHead>();
        foreach (var journal in await context.Journals.AsNoTracking().OrderBy(row => row.Party).ThenBy(row => row.Instance).ToListAsync(cancellationToken))
        {
            var records = context.Records.AsNoTracking().Where(row => row.JournalId == journal.Id);
            var first = await records.OrderBy(row => row.Seq).Select(row => row.Hash).FirstAsync(cancellationToken);
            var last = await records.OrderByDescending(row => row.Seq).Select(row => new { row.Seq, row.Hash, row.ReceivedAt }).FirstAsync(cancellationToken);
            heads.Add(new LedgerHead(journal.Party, journal.Instance, last.Seq, last.Hash, first, last.ReceivedAt));
        }
        return heads;
    }

    /// <summary>The hash of one record of a journal; null: the ledger does not hold it.</summary>
    public async Task<string?> HashAsync(string party, string instance, long seq, CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        return await context.Journals.Where(journal => journal.Party == party && journal.Instance == instance)
            .Join(context.Records, journal => journal.Id, record => record.JournalId, (journal, record) => record)
            .Where(record => record.Seq == seq).Select(record => record.Hash).SingleOrDefaultAsync(cancellationToken);
    }

    private async Task<LedgerPage> ReadOnceAsync(LedgerQuery query, string? unless, CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        // Everything up to here has been looked at when this returns, whether or not it matched.
        var end = await context.Records.MaxAsync(row => (long?)row.Position, cancellationToken) ?? 0;
        var matching = query.Apply(context.Records.AsNoTracking()).Where(row => row.Position <= end);
        if (unless is not null)
        {
            matching = matching.Where(row => row.Caller != unless || row.Kind != LedgerEndpoints.Kind);
        }
        if (query.After is not { } after)
        {
            var newest = await matching.OrderByDescending(row => row.Position).Take(query.Limit).ToListAsync(cancellationToken);
            newest.Reverse();
            return new LedgerPage(await NameAsync(context, newest, cancellationToken), end, More: false);
        }
        var rows = await matching.Where(row => row.Position > after).OrderBy(row => row.Position).Take(query.Limit + 1).ToListAsync(cancellationToken);
        return rows.Count > query.Limit
            ? new LedgerPage(await NameAsync(context, rows[..query.Limit], cancellationToken), rows[query.Limit - 1].Position, More: true)
            : new LedgerPage(await NameAsync(context, rows, cancellationToken), end, More: false);
    }

    private static async Task<IReadOnlyList<LedgerEntry>> NameAsync(LedgerDbContext context, List<AuditRecordRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }
        // A handful of journals, thousands of records.
        var ids = rows.Select(row => row.JournalId).Distinct().ToList();
        var instances = await context.Journals.AsNoTracking().Where(journal => ids.Contains(journal.Id)).ToDictionaryAsync(journal => journal.Id, journal => journal.Instance, cancellationToken);
        return [.. rows.Select(row => new LedgerEntry(row, instances[row.JournalId]))];
    }
}

internal sealed record LedgerEntry(AuditRecordRow Record, string Instance);

/// <param name="Next">What to ask for records after: stable, however many are added meanwhile.</param>
internal sealed record LedgerPage(IReadOnlyList<LedgerEntry> Records, long Next, bool More);

/// <summary>The newest record that the ledger holds of a journal, and the hash of its first.</summary>
internal sealed record LedgerHead(string Party, string Instance, long Seq, string Hash, string FirstHash, DateTimeOffset ReceivedAt);
