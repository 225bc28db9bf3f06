using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AgentMesh.Auth;

/// <summary>
/// The files of one journal: <c>{journal}.{first}</c> for each segment that is full, named by the number of its first record in twelve
/// digits, and <c>{journal}</c> itself, which is being written. The chain runs through all of them.
/// </summary>
internal static class JournalSegments
{
    private const int Digits = 12;

    public static string PathOf(string journal, long first) => string.Create(CultureInfo.InvariantCulture, $"{journal}.{first:D12}");

    /// <summary>The full segments, oldest first.</summary>
    public static IReadOnlyList<JournalSegment> Closed(string journal)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(journal))!;
        if (!Directory.Exists(directory))
            return [];
        var prefix = Path.GetFileName(journal) + ".";
        return [.. Directory.EnumerateFiles(directory, prefix + "*")
            .Select(path => (path, name: Path.GetFileName(path)))
            .Where(file => file.name.Length == prefix.Length + Digits && file.name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(file => (file.path, digits: file.name[prefix.Length..]))
            .Where(static file => long.TryParse(file.digits, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(static file => new JournalSegment(file.path, long.Parse(file.digits, CultureInfo.InvariantCulture)))
            .OrderBy(static segment => segment.First)];
    }

    /// <summary>All files, oldest first.</summary>
    public static IReadOnlyList<string> Files(string journal)
    {
        var files = Closed(journal).Select(static segment => segment.Path);
        return [.. File.Exists(journal) ? files.Append(journal) : files];
    }

    /// <summary>The first line of a file (without its line feed); null when it has no complete one.</summary>
    public static byte[]? FirstLine(FileStream file)
    {
        var buffer = new byte[AuditRecord.MaxLength + 1];
        var read = RandomAccess.Read(file.SafeFileHandle, buffer, 0);
        var feed = buffer.AsSpan(0, read).IndexOf((byte)'\n');
        return feed < 0 ? null : buffer[..feed];
    }

    /// <summary>Where the first record of a file stands in the chain.</summary>
    public static bool TryReadFirst(FileStream file, out long seq, [NotNullWhen(true)] out string? prev)
    {
        (seq, prev) = (0, null);
        return FirstLine(file) is { } line && JournalLine.TryRead(line, out seq, out prev, out _);
    }

    public static FileStream OpenToRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}

/// <summary>A segment that is full.</summary>
/// <param name="Path">Its file.</param>
/// <param name="First">The number of its first record.</param>
internal readonly record struct JournalSegment(string Path, long First);

/// <summary>When a segment is full, and how many of those that the ledger has are kept.</summary>
internal sealed record JournalLimits
{
    public static JournalLimits Default { get; } = new();

    public long SegmentBytes { get; init; } = 64 * 1024 * 1024;

    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(1);

    public int SegmentsKept { get; init; } = 4;
}

/// <summary>How far a journal is durable: which file is being written, how much of it stands, and the newest record.</summary>
internal sealed record JournalEnd(long First, long Length, long Seq);
