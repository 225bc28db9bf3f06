using System.Diagnostics.CodeAnalysis;

namespace AgentMesh.Auth;

/// <summary>Reads whole records of a journal that is being written, in batches of bounded size.</summary>
internal sealed class JournalReader(string path) : IDisposable
{
    /// <summary>What one batch holds at most; a record never exceeds it.</summary>
    public const int BatchBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BatchBytes];
    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Whole lines from <paramref name="offset"/> on, up to what is durable. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Read(long offset, long durable)
    {
        var size = (int)Math.Min(BatchBytes, durable - offset);
        var read = size <= 0 ? 0 : RandomAccess.Read(_file.SafeFileHandle, _buffer.AsSpan(0, size), offset);
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
    public bool Fits(ShippedPosition position, long durable)
    {
        if (position.Offset == 0)
            return position.Seq == 0;
        if (position.Offset > durable)
            return false;
        var start = Math.Max(0, position.Offset - AuditRecord.MaxLength - 1);
        var size = (int)(position.Offset - start);
        var read = RandomAccess.Read(_file.SafeFileHandle, _buffer.AsSpan(0, size), start);
        return read == size && _buffer[size - 1] == '\n' && TryReadLast(_buffer.AsSpan(0, size), out var seq, out var hash) && (seq, hash) == (position.Seq, position.Hash);
    }

    /// <summary>The position behind a record, found from the beginning; null when the journal ends before it.</summary>
    public ShippedPosition? Find(long seq, long durable)
    {
        if (seq == 0)
            return ShippedPosition.Start;
        for (var offset = 0L; offset < durable;)
        {
            var batch = Read(offset, durable).Span;
            if (batch.IsEmpty)
                return null;
            while (!batch.IsEmpty)
            {
                var feed = batch.IndexOf((byte)'\n');
                offset += feed + 1;
                if (JournalLine.TryRead(batch[..feed], out var found, out _, out var hash) && found == seq)
                    return new ShippedPosition(found, hash, offset);
                batch = batch[(feed + 1)..];
            }
        }
        return null;
    }

    public void Dispose() => _file.Dispose();
}
