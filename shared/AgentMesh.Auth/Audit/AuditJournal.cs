using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Auth;

/// <summary>
/// Append-only files of events in which each line carries the hash of the line before, so that an edited, removed or reordered line
/// shows. Events that arrive together are made durable together (one flush to the disk for all of them).
/// </summary>
/// <remarks>
/// A file that is full becomes a segment, <c>{path}.{number of its first record}</c>, and the chain goes on in the next. Beside the journal stands <c>{path}.head</c> with the sequence number and hash of the newest line, against which <see cref="Verify"/>
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
    private readonly string _party;
    private readonly TimeProvider _time;
    private volatile JournalEnd _durable;

    /// <summary>Opens a journal, creates it when there is none, and goes on with its chain.</summary>
    /// <param name="path">The file, such as <c>/var/lib/agentmesh/advisor.jsonl</c>. One process writes it at a time.</param>
    /// <param name="party">SPIFFE ID under which the journal records what happened to itself.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told about repairs and failures.</param>
    /// <exception cref="AuditException">The file cannot be written, is in use, or its newest records were tampered with.</exception>
    public AuditJournal(string path, string party, TimeProvider time, ILogger<AuditJournal> logger)
        : this(path, party, time, logger, null, JournalLimits.Default)
    {
    }

    internal AuditJournal(string path, string party, TimeProvider time, ILogger logger, Action<int>? written, JournalLimits limits)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (_logger, _written, _party, _time, Path, SegmentsKept) = (logger, written, party, time, path, limits.SegmentsKept);
        _file = JournalFile.Open(path, party, time, limits);
        if (_file.TornBytes > 0)
            LogRepaired(path, _file.TornBytes, path + JournalFile.TornSuffix);
        _durable = _file.End;
        _writing = Task.Factory.StartNew(WriteBatches, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The journal's file that is being written.</summary>
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

    /// <summary>What would survive a crash.</summary>
    internal JournalEnd Durable => _durable;

    /// <summary>How many full segments stay although the ledger has them.</summary>
    internal int SegmentsKept { get; }

    /// <summary>Completes when a record after <paramref name="seq"/> is durable. One waits at a time.</summary>
    internal async Task WaitForMoreThanAsync(long seq, CancellationToken cancellationToken)
    {
        while (Durable.Seq <= seq)
        {
            var more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _awaitsMore, more);
            // What became durable before the writer could know of this wait.
            if (Durable.Seq > seq)
                return;
            await more.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Removes the oldest full segments, as far as the ledger has all of their records and more of them are here than are to be kept. That they
    /// are removed is on record first.
    /// </summary>
    /// <param name="acknowledged">The newest record that the ledger has.</param>
    /// <param name="cancellationToken">Stops waiting for that record.</param>
    /// <exception cref="IOException">They cannot be removed, or it cannot be recorded.</exception>
    internal async Task RemoveSegmentsAsync(long acknowledged, CancellationToken cancellationToken)
    {
        var open = Durable.First;
        var closed = JournalSegments.Closed(Path).Where(segment => segment.First < open).ToList();
        var surplus = closed.Take(Math.Max(0, closed.Count - SegmentsKept)).ToList();
        // A segment ends where the next begins.
        var ends = closed.Skip(1).Select(static segment => segment.First - 1).Append(open - 1).ToList();
        var removable = surplus.TakeWhile((_, i) => ends[i] <= acknowledged).ToList();
        if (removable.Count == 0)
            return;
        await WriteAsync(JournalRetention.Event(_party, _time, ends[removable.Count - 1]), cancellationToken).ConfigureAwait(false);
        foreach (var segment in removable)
            File.Delete(segment.Path);
    }

    /// <summary>The files that a journal consists of, oldest first: its full segments and the one that is being written.</summary>
    /// <param name="path">The journal's file, such as <c>advisor.jsonl</c>.</param>
    /// <returns>Paths; none when there is no such journal.</returns>
    public static IReadOnlyList<string> FilesOf(string path) => JournalSegments.Files(path);

    /// <summary>Checks every record of a journal, in all of its files: its hash, its place in the chain, and that the chain reaches the recorded head.</summary>
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
            _durable = _file.End;
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
