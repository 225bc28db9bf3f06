using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Auth;

/// <summary>Reads whole records of a journal that is being written, through its segments, in batches of bounded size.</summary>
internal sealed class JournalReader(AuditJournal journal) : IDisposable
{
    /// <summary>What one batch holds at most; a record never exceeds it.</summary>
    public const int BatchBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BatchBytes];
    private FileStream? _file;
    private long _first;

    /// <summary>The position before the oldest record that is still here.</summary>
    public ShippedPosition Start => JournalSegments.Closed(journal.Path) is [var oldest, ..] ? Before(oldest.First) : Before(journal.Durable.First);

    /// <summary>Whole lines from a position on, up to what is durable; at the end of a segment those of the next. Valid until the next read.</summary>
    /// <exception cref="IOException">The segment is gone, or cannot be read.</exception>
    public ReadOnlyMemory<byte> Read(ref ShippedPosition position)
    {
        var end = EndOf(position.First);
        if (position.Offset >= end && position.First < journal.Durable.First)
        {
            position = position.Next;
            end = EndOf(position.First);
        }
        var size = (int)Math.Min(BatchBytes, end - position.Offset);
        var read = size <= 0 ? 0 : RandomAccess.Read(_file!.SafeFileHandle, _buffer.AsSpan(0, size), position.Offset);
        return _buffer.AsMemory(0, _buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1);
    }

    /// <summary>Seq and hash of the last record in a batch.</summary>
    public static bool TryReadLast(ReadOnlySpan<byte> batch, out long seq, [NotNullWhen(true)] out string? hash)
    {
        (seq, hash) = (0, null);
        if (batch.IsEmpty)
            return false;
        var lines = batch[..^1];
        var line = lines[(lines.LastIndexOf((byte)'\n') + 1)..];
        return JournalLine.TryRead(line, out seq, out _, out hash);
    }

    /// <summary>Whether the record that ends at this position is the one that it names.</summary>
    public bool Fits(ShippedPosition position)
    {
        try
        {
            if (position.Offset == 0)
                return position == Before(position.First);
            if (position.Offset > EndOf(position.First))
                return false;
        }
        catch (IOException)
        {
            // It names a segment that is not here.
            return false;
        }
        var start = Math.Max(0, position.Offset - AuditRecord.MaxLength - 1);
        var size = (int)(position.Offset - start);
        var read = RandomAccess.Read(_file!.SafeFileHandle, _buffer.AsSpan(0, size), start);
        return read == size && _buffer[size - 1] == '\n' && TryReadLast(_buffer.AsSpan(0, size), out var seq, out var hash) && (seq, hash) == (position.Seq, position.Hash);
    }

    /// <summary>The position behind a record; null when it is not here.</summary>
    public ShippedPosition? Find(long seq)
    {
        var closed = JournalSegments.Closed(journal.Path).Select(static segment => segment.First);
        foreach (var first in closed.Append(journal.Durable.First).Where(first => first <= seq + 1).OrderDescending())
        {
            var position = Before(first);
            while (position.Seq < seq)
            {
                var batch = Read(ref position).Span;
                if (batch.IsEmpty)
                    return null;
                while (!batch.IsEmpty && position.Seq < seq)
                {
                    var feed = batch.IndexOf((byte)'\n');
                    if (!JournalLine.TryRead(batch[..feed], out var found, out _, out var hash))
                        return null;
                    position = position with { Seq = found, Hash = hash, Offset = position.Offset + feed + 1 };
                    batch = batch[(feed + 1)..];
                }
            }
            return position.Seq == seq ? position : null;
        }
        return null;
    }

    public void Dispose() => _file?.Dispose();

    private ShippedPosition Before(long first)
    {
        if (first == 1)
            return ShippedPosition.Start;
        Open(first);
        return JournalSegments.TryReadFirst(_file, out var seq, out var prev) && seq == first
            ? new ShippedPosition(first - 1, prev, first, 0)
            : throw new IOException($"The first record of the segment {_file.Name} cannot be read.");
    }

    // A full segment is durable to its end.
    private long EndOf(long first)
    {
        Open(first);
        return journal.Durable is var durable && durable.First == first ? durable.Length : _file.Length;
    }

    [MemberNotNull(nameof(_file))]
    private void Open(long first)
    {
        if (_file is not null && _first == first)
            return;
        // The file that is being written may become a segment between two looks at it.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var segment = JournalSegments.PathOf(journal.Path, first);
            var isClosed = File.Exists(segment);
            if (!isClosed && !File.Exists(journal.Path))
                continue;
            var file = JournalSegments.OpenToRead(isClosed ? segment : journal.Path);
            if (isClosed || journal.Durable.First == first || (JournalSegments.TryReadFirst(file, out var seq, out _) && seq == first))
            {
                _file?.Dispose();
                (_file, _first) = (file, first);
                return;
            }
            file.Dispose();
        }
        throw new IOException($"The segment of {journal.Path} that begins with record {first} is gone.");
    }
}
