using System.Data.Common;
using System.Threading.Channels;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// One writer for all tasks: what has queued up while a transaction ran is committed together by the next. A write returns when its
/// transaction is committed, in the order of asking. Where a batch fails, its writes are tried one by one, so that each gets its own error.
/// </summary>
internal sealed class WriteLane : IAsyncDisposable
{
    private const int MaxBatch = 256;

    private readonly DbDataSource _source;
    private readonly Channel<Pending> _pending = Channel.CreateBounded<Pending>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Task _running;

    private sealed record Pending(Func<DbConnection, DbTransaction, Task<int>> Write, TaskCompletionSource<int> Done);

    public WriteLane(DbDataSource source)
    {
        _source = source;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Queues a write. Once queued it is made: cancellation only gives up waiting for a place in the queue.</summary>
    public async ValueTask<int> WriteAsync(Func<DbConnection, DbTransaction, Task<int>> write, CancellationToken cancellationToken)
    {
        var pending = new Pending(write, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _pending.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        return await pending.Done.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        List<Pending> batch = [];
        while (await _pending.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _pending.Reader.TryRead(out var next))
                batch.Add(next);
            if (!await TryCommitAsync(batch).ConfigureAwait(false))
                foreach (var each in batch)
                    await CommitOneAsync(each).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryCommitAsync(List<Pending> batch)
    {
        if (batch.Count == 1)
            return false;
        try
        {
            var results = await CommitAsync(batch).ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Done.TrySetResult(results[i]);
            return true;
        }
        catch (Exception)
        {
            // Not swallowed: each write is tried again by itself and fails with its own error.
            return false;
        }
    }

    private async Task CommitOneAsync(Pending pending)
    {
        try
        {
            pending.Done.TrySetResult((await CommitAsync([pending]).ConfigureAwait(false))[0]);
        }
        catch (Exception exception)
        {
            pending.Done.TrySetException(exception);
        }
    }

    private async Task<int[]> CommitAsync(List<Pending> batch)
    {
        var connection = await _source.OpenConnectionAsync().ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var results = new int[batch.Count];
        for (var i = 0; i < batch.Count; i++)
            results[i] = await batch[i].Write(connection, transaction).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return results;
    }
}
