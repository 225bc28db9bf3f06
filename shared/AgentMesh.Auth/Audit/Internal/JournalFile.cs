using System.Buffers;
using System.Security.Cryptography;

namespace AgentMesh.Auth;

/// <summary>The journal's files and the end of its chain. Used by one thread.</summary>
internal sealed class JournalFile : IDisposable
{
    public const string TornSuffix = ".torn";
    private const string LockSuffix = ".lock";

    // A burst must not keep its buffers for ever.
    private const int BufferKept = 1024 * 1024;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly JournalHead _head;
    private readonly JournalLimits _limits;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _scratch = new(1024);
    private ArrayBufferWriter<byte> _batch = new(64 * 1024);
    private FileStream _file;
    private long _first;
    private DateTimeOffset _begun;
    private long _length;
    private long _seq;
    private string _hash;
    private bool _dirty;

    private JournalFile(string path, FileStream file, FileStream guard, JournalHead head, JournalLimits limits, TimeProvider time, long length, long seq, string hash)
    {
        (_path, _file, _lock, _head, _limits, _time, _length, _seq, _hash) = (path, file, guard, head, limits, time, length, seq, hash);
        (_first, _begun) = (seq + 1, time.GetUtcNow());
        if (JournalSegments.FirstLine(file) is { } line && JournalLine.TryRead(line, out var first, out _, out _))
            (_first, _begun) = (first, AuditRecord.TryParse(line, out var record) ? record.Event.Time : _begun);
    }

    /// <summary>Bytes that were no complete record when the file was opened.</summary>
    public long TornBytes { get; private init; }

    /// <summary>What is on the disk and part of the chain.</summary>
    public JournalEnd End => new(_first, _length, _seq);

    public static JournalFile Open(string path, string party, TimeProvider time, JournalLimits limits)
    {
        FileStream? file = null, guard = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // The journal itself stays readable for those who follow it, which on Unix rules out locking it against a second writer.
            guard = new FileStream(path + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            file = OpenToWrite(path);
            var (end, last) = JournalTail.Read(file);
            if (end == 0 && JournalSegments.Closed(path) is [.., var newest])
            {
                // The process ended when it had begun this file and written nothing to it.
                using var segment = JournalSegments.OpenToRead(newest.Path);
                last = JournalTail.Read(segment).Line;
            }
            var (seq, hash) = (0L, JournalLine.Genesis);
            if (last.Length > 0 && !JournalLine.TryRead(last, out seq, out _, out hash))
                throw new AuditException($"The newest record of the audit journal {path} does not match its hash. Keep the file as evidence, move it away and start again.");

            var torn = file.Length - end;
            var tornHash = torn > 0 ? MoveTorn(file, end, path + TornSuffix) : null;
            var head = JournalHead.Open(path);
            var journal = new JournalFile(path, file, guard, head, limits, time, end, seq, hash) { TornBytes = torn };
            if (tornHash is not null)
                journal.Append([About(party, time, "torn_record", $"recover: {torn} bytes moved to {Path.GetFileName(path)}{TornSuffix}, sha256:{tornHash}")]);
            if (head.Seq > seq)
                journal.Append([About(party, time, "records_missing", $"recover: records {seq + 1} to {head.Seq} are gone, the newest was {head.Hash}")]);
            return journal;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            file?.Dispose();
            guard?.Dispose();
            if (exception is AuditException)
                throw;
            throw new AuditException($"The audit journal {path} cannot be opened: {exception.Message} Let this process write there, or correct {MeshOptions.Names(nameof(MeshOptions.AuditDirectory))}.", exception);
        }
    }

    /// <summary>Writes the events as one batch and flushes it to the disk. All of them become part of the chain, or none.</summary>
    public void Append(IEnumerable<AuditEvent> events)
    {
        if (_dirty)
            Rewind();
        if (_length > 0 && (_length >= _limits.SegmentBytes || _time.GetUtcNow() - _begun >= _limits.SegmentAge))
            BeginSegment();
        var (seq, hash) = (_seq, _hash);
        _batch.ResetWrittenCount();
        foreach (var auditEvent in events)
            hash = JournalLine.Append(_batch, _scratch, ++seq, hash, auditEvent);

        _dirty = true;
        RandomAccess.Write(_file.SafeFileHandle, _batch.WrittenSpan, _length);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        _dirty = false;
        _length += _batch.WrittenCount;
        (_seq, _hash) = (seq, hash);
        _head.Write(seq, hash);
        if (_batch.Capacity > BufferKept)
            _batch = new(64 * 1024);
    }

    public void Dispose()
    {
        _head.Dispose();
        _file.Dispose();
        _lock.Dispose();
    }

    // What a failed write left behind is no part of the chain.
    private void Rewind()
    {
        RandomAccess.SetLength(_file.SafeFileHandle, _length);
        _dirty = false;
    }

    // In this order, so that a crash, or a failure that is tried again, leaves at most a journal whose newest file is still missing.
    private void BeginSegment()
    {
        if (File.Exists(_path))
            File.Move(_path, JournalSegments.PathOf(_path, _first));
        var next = OpenToWrite(_path);
        _file.Dispose();
        (_file, _length, _first, _begun) = (next, 0, _seq + 1, _time.GetUtcNow());
    }

    private static FileStream OpenToWrite(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private static string MoveTorn(FileStream file, long end, string destination)
    {
        var bytes = new byte[file.Length - end];
        RandomAccess.Read(file.SafeFileHandle, bytes, end);
        using (var torn = new FileStream(destination, FileMode.Append, FileAccess.Write))
        {
            torn.Write(bytes);
            torn.WriteByte((byte)'\n');
            torn.Flush(flushToDisk: true);
        }
        RandomAccess.SetLength(file.SafeFileHandle, end);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    private static AuditEvent About(string party, TimeProvider time, string reason, string action) =>
        new() { Kind = "journal", Time = time.GetUtcNow(), Party = party, Decision = "repaired", Reason = reason, Action = action };
}
