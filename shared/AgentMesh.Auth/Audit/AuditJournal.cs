using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// An append-only file of events in which each line carries the hash of the line before, so that an edited, removed or reordered line
/// shows. Events that arrive together are made durable together (one flush to the disk for all of them).
/// </summary>
/// <remarks>
/// Beside the journal stands <c>{path}.head</c> with the sequence number and hash of the newest line, against which <see cref="Verify"/>
/// detects a shortened journal. Whoever can rewrite both is found by the authorization server's ledger, which the records are shipped to.
/// </remarks>
public sealed partial class AuditJournal : IAuditLog, IAsyncDisposable
{
    private const int MaxBatch = 1024;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(16 * MaxBatch) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly JournalFile _file;
    private readonly ILogger _logger;
    private readonly Action<int>? _written;
    private readonly Task _writing;
    private volatile AuditException? _broken;
    private TaskCompletionSource? _awaitsMore;
    private long _durable;

    /// <summary>Opens a journal, creates it when there is none, and goes on with its chain.</summary>
    /// <param name="path">The file, such as <c>/var/lib/agentmesh/advisor.jsonl</c>. One process writes it at a time.</param>
    /// <param name="party">SPIFFE ID under which the journal records what happened to itself.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told about repairs and failures.</param>
    /// <exception cref="AuditException">The file cannot be written, is in use, or its newest records were tampered with.</exception>
    public AuditJournal(string path, string party, TimeProvider time, ILogger<AuditJournal> logger)
        : this(path, party, time, logger, null)
    {
    }

    internal AuditJournal(string path, string party, TimeProvider time, ILogger logger, Action<int>? written)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (_logger, _written, Path) = (logger, written, path);
        _file = JournalFile.Open(path, party, time);
        if (_file.TornBytes > 0)
            LogRepaired(path, _file.TornBytes, path + JournalFile.TornSuffix);
        _durable = _file.Length;
        _writing = Task.Factory.StartNew(WriteBatches, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The journal's file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        if (_broken is { } broken)
            throw Again(broken);
        var pending = new Pending(auditEvent);
        if (!_queue.Writer.TryWrite(pending))
        {
            try
            {
                await _queue.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw _broken is { } closed ? Again(closed) : new AuditException($"The audit journal {Path} is closed.");
            }
        }
        await pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How many bytes of the file are complete records that would survive a crash.</summary>
    internal long DurableLength => Volatile.Read(ref _durable);

    /// <summary>Completes when more than <paramref name="length"/> bytes are durable. One waits at a time.</summary>
    internal async Task WaitForMoreThanAsync(long length, CancellationToken cancellationToken)
    {
        while (DurableLength <= length)
        {
            var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _awaitsMore, more);
            // What became durable before the writer could know of this wait.
            if (DurableLength > length)
                return;
            await more.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks every record of a journal: its hash, its place in the chain, and that the chain reaches the recorded head.</summary>
    /// <param name="path">The journal's file.</param>
    /// <returns>How many records fit, and the first that does not.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static JournalVerification Verify(string path) => JournalVerifier.Verify(path);

    /// <summary>Makes what was accepted durable and closes the file.</summary>
    /// <returns>A task that completes when the file is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        _file.Dispose();
    }

    private void WriteBatches()
    {
        List<Pending> batch = new(MaxBatch);
        try
        {
            while (WaitForWork())
            {
                while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var pending))
                    batch.Add(pending);
                Commit(batch);
                batch.Clear();
            }
        }
        catch (Exception exception)
        {
            // Nobody knows what state this left behind. What waits must not wait for ever, and what comes must not be let through.
            Break(batch, exception);
        }
    }

    private void Break(List<Pending> batch, Exception exception)
    {
        var failure = new AuditException($"The audit journal {Path} failed and takes nothing more: {exception.Message} Restart this process.", exception);
        _broken = failure;
        LogBroken(exception, Path);
        foreach (var pending in batch)
            pending.TrySetException(failure);
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out var pending))
            pending.TrySetException(failure);
    }

    // One exception for each caller: they are thrown on different threads.
    private static AuditException Again(AuditException broken) => new(broken.Message, broken.InnerException);

    // A thread of its own blocks here and in the flush; neither takes a pool thread from the requests being served.
    private bool WaitForWork()
    {
        var waiting = _queue.Reader.WaitToReadAsync();
        return waiting.IsCompletedSuccessfully ? waiting.GetAwaiter().GetResult() : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void Commit(List<Pending> batch)
    {
        try
        {
            _file.Append(batch.Select(static p => p.Event));
            Interlocked.Exchange(ref _durable, _file.Length);
            Interlocked.Exchange(ref _awaitsMore, null)?.TrySetResult();
            _written?.Invoke(batch.Count);
            foreach (var pending in batch)
                pending.SetResult();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var failure = new AuditException($"The audit journal {Path} cannot be written: {exception.Message} Free space or correct {MeshOptions.Names(nameof(MeshOptions.AuditDirectory))}.", exception);
            LogFailed(exception, Path);
            foreach (var pending in batch)
                pending.SetException(failure);
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "The audit journal {Path} ended in {Bytes} bytes that are no complete record, as after a crash. They were moved to {Torn}, and the repair is on record.")]
    private partial void LogRepaired(string path, long bytes, string torn);

    [LoggerMessage(1402, LogLevel.Critical, "The audit journal {Path} cannot be written.")]
    private partial void LogFailed(Exception exception, string path);

    [LoggerMessage(1404, LogLevel.Critical, "The audit journal {Path} failed and takes nothing more: whatever needs a record is refused until this process is restarted.")]
    private partial void LogBroken(Exception exception, string path);

    private sealed class Pending(AuditEvent auditEvent) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public AuditEvent Event { get; } = auditEvent;
    }
}
