namespace AgentMesh.Auth;

/// <summary>Walks a journal from its first line through all of its segments.</summary>
internal sealed class JournalVerifier
{
    private const int InitialBuffer = 256 * 1024;

    private readonly long _headSeq;
    private readonly string _headHash;
    private byte[] _buffer = new byte[InitialBuffer];
    private long _first;
    private long _seq;
    private string _prev = JournalLine.Genesis;
    private long _removed;

    private JournalVerifier(string path) => (_headSeq, _headHash) = JournalHead.Read(path);

    public static JournalVerification Verify(string path)
    {
        var verifier = new JournalVerifier(path);
        var closed = JournalSegments.Closed(path);
        foreach (var segment in closed)
        {
            if (verifier.FaultIn(segment.Path) is { } fault)
                return verifier.Result(fault);
        }
        // After a roll that a crash interrupted there is no file that is being written yet.
        return verifier.Result((closed.Count > 0 && !File.Exists(path) ? null : verifier.FaultIn(path)) ?? verifier.FaultOfWhole());
    }

    private JournalVerification Result(JournalFault? fault) => new(_seq, _prev, fault) { First = Math.Max(1, _first) };

    private JournalFault? FaultOfWhole()
    {
        if (_first > 1 && _removed < _first - 1)
        {
            _seq = 0;
            return new JournalFault(1, 1, $"records 1 to {_first - 1} are gone, and no record says that the ledger had them: they were removed");
        }
        return _seq < _headSeq
            ? new JournalFault(_seq + 1, _seq + 1, $"the journal ends here, but its head says that records up to {_headSeq} were written")
            : null;
    }

    private JournalFault? FaultIn(string path)
    {
        using var file = JournalSegments.OpenToRead(path);
        var (held, line) = (0, 0L);
        int read;
        while ((read = file.Read(_buffer, held, _buffer.Length - held)) > 0)
        {
            held += read;
            var rest = _buffer.AsSpan(0, held);
            for (var feed = rest.IndexOf((byte)'\n'); feed >= 0; feed = rest.IndexOf((byte)'\n'))
            {
                line++;
                if (FaultOf(rest[..feed]) is { } reason)
                    return new JournalFault(line, _seq + 1, reason) { File = Path.GetFileName(path) };
                rest = rest[(feed + 1)..];
            }
            rest.CopyTo(_buffer);
            held = rest.Length;
            if (held == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        return held > 0 ? new JournalFault(line + 1, _seq + 1, "the last line is incomplete") { File = Path.GetFileName(path) } : null;
    }

    private string? FaultOf(ReadOnlySpan<byte> line)
    {
        if (!JournalLine.TryRead(line, out var seq, out var statedPrev, out var hash))
            return "its content does not match its hash: it was edited";
        // What is before the first file has to be explained by a record, which stands further on.
        if (_first == 0)
            (_first, _seq, _prev) = (seq, seq - 1, seq == 1 ? JournalLine.Genesis : statedPrev);
        if (seq != _seq + 1)
            return $"it is record {seq} where record {_seq + 1} belongs: records were removed, inserted or reordered";
        if (statedPrev != _prev)
            return "it does not follow from the record before it: that one was replaced";
        if (seq == _headSeq && hash != _headHash)
            return "it is not the record that the journal's head names: the journal was rewritten";
        _removed = Math.Max(_removed, JournalRetention.Read(line));
        (_seq, _prev) = (seq, hash);
        return null;
    }
}
