namespace AgentMesh.Auth;

/// <summary>Finds the newest complete line without reading the whole file.</summary>
internal static class JournalTail
{
    private const int Chunk = 64 * 1024;

    /// <summary>Where the last line feed ends, and the line before it (empty when there is none).</summary>
    public static (long End, byte[] Line) Read(FileStream file)
    {
        var end = FindLineFeedBefore(file, file.Length) + 1;
        if (end == 0)
            return (0, []);
        var start = FindLineFeedBefore(file, end - 1) + 1;
        var line = new byte[end - 1 - start];
        RandomAccess.Read(file.SafeFileHandle, line, start);
        return (end, line);
    }

    /// <summary>Offset of the last line feed before <paramref name="position"/>, or -1.</summary>
    private static long FindLineFeedBefore(FileStream file, long position)
    {
        var buffer = new byte[Chunk];
        while (position > 0)
        {
            var size = (int)Math.Min(Chunk, position);
            var chunk = buffer.AsSpan(0, size);
            RandomAccess.Read(file.SafeFileHandle, chunk, position - size);
            var found = chunk.LastIndexOf((byte)'\n');
            if (found >= 0)
                return position - size + found;
            position -= size;
        }
        return -1;
    }
}
