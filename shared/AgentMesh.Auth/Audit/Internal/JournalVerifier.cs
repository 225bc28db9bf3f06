namespace AgentMesh.Auth;

/// <summary>Walks a journal from its first line.</summary>
internal static class JournalVerifier
{
    private const int InitialBuffer = 256 * 1024;

    public static JournalVerification Verify(string path)
    {
        var (headSeq, headHash) = JournalHead.Read(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        var (seq, prev) = (0L, JournalLine.Genesis);
        var buffer = new byte[InitialBuffer];
        var held = 0;
        int read;
        while ((read = file.Read(buffer, held, buffer.Length - held)) > 0)
        {
            held += read;
            var rest = buffer.AsSpan(0, held);
            for (var feed = rest.IndexOf((byte)'\n'); feed >= 0; feed = rest.IndexOf((byte)'\n'))
            {
                if (FaultOf(rest[..feed], seq + 1, prev, headSeq, headHash, out var hash) is { } reason)
                    return new(seq, prev, new JournalFault(seq + 1, seq + 1, reason));
                (seq, prev) = (seq + 1, hash);
                rest = rest[(feed + 1)..];
            }
            rest.CopyTo(buffer);
            held = rest.Length;
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
        if (held > 0)
            return new(seq, prev, new JournalFault(seq + 1, seq + 1, "the last line is incomplete"));
        return seq < headSeq
            ? new(seq, prev, new JournalFault(seq + 1, seq + 1, $"the journal ends here, but its head says that records up to {headSeq} were written"))
            : new(seq, prev, null);
    }

    private static string? FaultOf(ReadOnlySpan<byte> line, long expected, string prev, long headSeq, string headHash, out string hash)
    {
        if (!JournalLine.TryRead(line, out var seq, out var statedPrev, out hash))
            return "its content does not match its hash: it was edited";
        if (seq != expected)
            return $"it is record {seq} where record {expected} belongs: records were removed, inserted or reordered";
        if (statedPrev != prev)
            return "it does not follow from the record before it: that one was replaced";
        return seq == headSeq && hash != headHash ? "it is not the record that the journal's head names: the journal was rewritten" : null;
    }
}
