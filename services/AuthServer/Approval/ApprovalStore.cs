using System.Security.Cryptography;
using System.Text;
using AgentMesh.AuthServer.Storage;
using Microsoft.EntityFrameworkCore;

namespace AgentMesh.AuthServer.Approval;

/// <summary>
/// Approvals in the database. Every step that may happen once is one conditional update there, so it happens once however many
/// instances try.
/// </summary>
internal sealed class ApprovalStore(AuthDatabase database, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // Another instance may have been asked, or have decided: look into the database this often while waiting.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private const int AddLock = 738170304;

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when this instance has added or decided one.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Waits until it is worth looking again: something changed here, or may have changed elsewhere, the end has come, or the server stops.</summary>
    public async Task WaitAsync(Task changed, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var left = end - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return;
        }
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await Task.WhenAny(changed, Task.Delay(left < LookAgain ? left : LookAgain, time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public static byte[] Hash(string requestId) => SHA256.HashData(Encoding.UTF8.GetBytes(requestId));

    /// <summary>Adds a request, and only together with the record of it.</summary>
    /// <param name="approval">The request.</param>
    /// <param name="mostPending">How many requests of its client a person could decide at a time.</param>
    /// <param name="record">Makes the record; runs before anybody sees the request.</param>
    /// <param name="cancellationToken">Ends the attempt; not any more once it is recorded.</param>
    /// <returns>False: as many of its client's wait for a person already.</returns>
    public async Task<bool> TryAddAsync(ApprovalRow approval, int mostPending, Func<ValueTask> record, CancellationToken cancellationToken)
    {
        var (now, client) = (time.GetUtcNow(), approval.Client);
        await using var context = database.CreateContext();
        var old = now - TimeSpan.FromDays(1);
        await context.Approvals.Where(row => row.ExpiresAt < old).ExecuteDeleteAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        if (context is PostgreSqlAuthDbContext)
        {
            // One request of a client is counted and added at a time; SQLite writes one transaction at a time anyway.
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AddLock}, hashtext({client}))", cancellationToken);
        }
        if (await context.Approvals.CountAsync(row => row.Client == client && row.Status == ApprovalStatus.Pending && row.ExpiresAt > now, cancellationToken) >= mostPending)
        {
            return false;
        }
        context.Approvals.Add(approval);
        await context.SaveChangesAsync(cancellationToken);
        await record();
        await transaction.CommitAsync(CancellationToken.None);
        Signal();
        return true;
    }

    public async Task<IReadOnlyList<ApprovalRow>> ListPendingAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = database.CreateContext();
        return await context.Approvals.AsNoTracking().Where(row => row.Status == ApprovalStatus.Pending && row.ExpiresAt > now)
            .OrderBy(row => row.CreatedAt).Take(200).ToListAsync(cancellationToken);
    }

    public async Task<ApprovalRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        return await context.Approvals.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
    }

    public async Task<ApprovalRow?> FindByRequestAsync(string requestId, CancellationToken cancellationToken)
    {
        var hash = Hash(requestId);
        await using var context = database.CreateContext();
        return await context.Approvals.AsNoTracking().SingleOrDefaultAsync(row => row.RequestHash == hash, cancellationToken);
    }

    /// <summary>Decides once, and only together with the record of it: what cannot be recorded is not decided.</summary>
    /// <param name="id">Which request.</param>
    /// <param name="decision">Approved or denied.</param>
    /// <param name="decidedBy">SPIFFE ID of the person.</param>
    /// <param name="record">Makes the record; runs while nobody else can decide and before anybody sees the decision.</param>
    /// <param name="cancellationToken">Ends the attempt; not any more once it is recorded.</param>
    /// <returns>False: it was decided or expired before.</returns>
    public async Task<bool> DecideAsync(string id, ApprovalStatus decision, string decidedBy, Func<ValueTask> record, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var changed = await context.Approvals.Where(row => row.Id == id && row.Status == ApprovalStatus.Pending && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.Status, decision).SetProperty(r => r.DecidedBy, decidedBy), cancellationToken);
        if (changed != 1)
        {
            return false;
        }
        await record();
        await transaction.CommitAsync(CancellationToken.None);
        Signal();
        return true;
    }

    /// <summary>Admits one poll at a time. One that is held counts as under way until then, or until <see cref="EndPollAsync"/>.</summary>
    /// <returns>False: the client polled too soon. It must wait five seconds longer from now on (CIBA §11).</returns>
    public async Task<bool> TryPollAsync(ApprovalRow approval, DateTimeOffset heldUntil, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = database.CreateContext();
        var row = context.Approvals.Where(r => r.Id == approval.Id);
        if (approval.LastPolledAt is { } last && now < last + TimeSpan.FromSeconds(approval.Interval))
        {
            await row.Where(r => r.LastPolledAt <= now)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.LastPolledAt, now).SetProperty(x => x.Interval, x => x.Interval + 5), cancellationToken);
            return false;
        }
        // Whoever else polled since the approval was read has changed it.
        return await row.Where(r => r.LastPolledAt == approval.LastPolledAt)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.LastPolledAt, heldUntil), cancellationToken) == 1;
    }

    /// <returns>True for exactly one caller.</returns>
    public async Task<bool> RedeemAsync(ApprovalRow approval, CancellationToken cancellationToken)
    {
        await using var context = database.CreateContext();
        return await context.Approvals.Where(row => row.Id == approval.Id && row.Status == ApprovalStatus.Approved)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.Status, ApprovalStatus.Redeemed), cancellationToken) == 1;
    }

    /// <summary>Gives back what was redeemed for a token that did not leave: the next poll gets one.</summary>
    public async Task TakeBackAsync(string id)
    {
        await using var context = database.CreateContext();
        await context.Approvals.Where(row => row.Id == id && row.Status == ApprovalStatus.Redeemed)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.Status, ApprovalStatus.Approved), CancellationToken.None);
    }

    /// <summary>A held poll is over: the interval counts from its beginning.</summary>
    public async Task EndPollAsync(string id, DateTimeOffset begun, DateTimeOffset heldUntil)
    {
        await using var context = database.CreateContext();
        // Also when the client has gone: it polls again.
        await context.Approvals.Where(row => row.Id == id && row.LastPolledAt == heldUntil)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.LastPolledAt, begun), CancellationToken.None);
    }

    private void Signal()
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            (waiting, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        waiting.SetResult();
    }
}
