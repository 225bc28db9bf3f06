using AgentMesh.Auth;
using AgentMesh.AuthServer.Audit.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Audit;

/// <summary>
/// Takes over the journals of all parties. A record is taken once, in its place in its chain, or not at all; what the ledger holds is
/// never changed (the database refuses it, too).
/// </summary>
internal sealed class AuditLedger(LedgerDatabase database, TimeProvider time, int instancesPerDay) : IDisposable
{
    private const int AppendLock = 738170303;

    // SQLite writes one transaction at a time and lets others try again only after a pause: better to wait in line here.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when this instance has taken over records.</summary>
    public Task Grown
    {
        get
        {
            lock (_lock)
            {
                return _grown.Task;
            }
        }
    }

    /// <summary>Takes over records that follow what the ledger holds of this journal, all of them or none.</summary>
    public async Task<LedgerAnswer> AppendAsync(string party, string instance, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var fault = LedgerBatch.Read(lines.Span, party, out var batch);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await using var context = database.CreateContext();
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            if (context is PostgreSqlLedgerDbContext)
            {
                // Positions become visible in their order: a reader that has seen one never misses an earlier one.
                await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AppendLock})", cancellationToken);
            }
            var journal = await context.Journals.AsNoTracking().SingleOrDefaultAsync(row => row.Party == party && row.Instance == instance, cancellationToken);
            var head = journal is null ? null : await HeadAsync(context, journal.Id, cancellationToken);
            fault ??= await FaultAsync(context, journal, head, batch!, cancellationToken);
            if (fault is null && journal is null && await HasBegunTooManyAsync(context, party, cancellationToken))
            {
                fault = LedgerRefusal.TooManyJournals;
            }
            if (fault is not null)
            {
                return new LedgerAnswer(LedgerOutcome.Refused, head?.Seq ?? 0, head?.Hash ?? AuditRecord.Genesis, fault);
            }
            var news = batch!.Records.Where(entry => entry.Record.Seq > (head?.Seq ?? 0)).ToList();
            if (news.Count == 0)
            {
                return new LedgerAnswer(LedgerOutcome.Accepted, head!.Seq, head.Hash);
            }
            if (journal is null)
            {
                journal = context.Journals.Add(new AuditJournalRow { Party = party, Instance = instance, BegunAt = time.GetUtcNow() }).Entity;
                await context.SaveChangesAsync(cancellationToken);
            }
            await RecordWriter.WriteAsync(context, transaction, await RowsAsync(context, journal.Id, news, cancellationToken), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
        Signal();
        return new LedgerAnswer(LedgerOutcome.Accepted, batch.Last.Seq, batch.Last.Hash);
    }

    public void Dispose() => _turn.Dispose();

    private static Task<Head?> HeadAsync(LedgerDbContext context, int journal, CancellationToken cancellationToken) =>
        context.Records.Where(row => row.JournalId == journal).OrderByDescending(row => row.Seq).Select(row => new Head(row.Seq, row.Hash)).FirstOrDefaultAsync(cancellationToken);

    private Task<bool> HasBegunTooManyAsync(LedgerDbContext context, string party, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - TimeSpan.FromDays(1);
        return context.Journals.Where(row => row.Party == party && row.BegunAt > since).Skip(instancesPerDay - 1).AnyAsync(cancellationToken);
    }

    // What the ledger holds already must be what it is sent again; what is new must follow from the newest that it holds.
    private static async Task<string?> FaultAsync(LedgerDbContext context, AuditJournalRow? journal, Head? head, LedgerBatch batch, CancellationToken cancellationToken)
    {
        var held = head?.Seq ?? 0;
        if (batch.First.Seq > held + 1)
        {
            return LedgerRefusal.Gap;
        }
        if (batch.First.Seq == held + 1)
        {
            return batch.First.Prev == (head?.Hash ?? AuditRecord.Genesis) ? null : LedgerRefusal.Fork;
        }
        var (first, last) = (batch.First.Seq, batch.Last.Seq);
        var hashes = await context.Records.Where(row => row.JournalId == journal!.Id && row.Seq >= first && row.Seq <= last)
            .OrderBy(row => row.Seq).Select(row => row.Hash).ToListAsync(cancellationToken);
        for (var i = 0; i < hashes.Count; i++)
        {
            if (hashes[i] != batch.Records[i].Record.Hash)
            {
                return LedgerRefusal.Fork;
            }
        }
        return null;
    }

    private async Task<List<AuditRecordRow>> RowsAsync(LedgerDbContext context, int journal, IEnumerable<(AuditRecord Record, string Line)> news, CancellationToken cancellationToken)
    {
        var position = await context.Records.MaxAsync(row => (long?)row.Position, cancellationToken) ?? 0;
        var now = time.GetUtcNow();
        return
        [
            .. news.Select(entry => new AuditRecordRow
            {
                Position = ++position,
                JournalId = journal,
                Seq = entry.Record.Seq,
                Hash = entry.Record.Hash,
                ReceivedAt = now,
                Time = entry.Record.Event.Time,
                Kind = entry.Record.Event.Kind,
                Decision = entry.Record.Event.Decision,
                Party = entry.Record.Event.Party,
                Caller = entry.Record.Event.Caller,
                Callee = entry.Record.Event.Callee,
                Subject = entry.Record.Event.Subject,
                TransactionId = entry.Record.Event.TransactionId,
                TraceId = entry.Record.Event.TraceId,
                Line = entry.Line,
            }),
        ];
    }

    private void Signal()
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            (waiting, _grown) = (_grown, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        waiting.SetResult();
    }

    private sealed record Head(long Seq, string Hash);
}
