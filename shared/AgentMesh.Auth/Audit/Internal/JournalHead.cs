using System.Globalization;
using System.Text;

namespace AgentMesh.Auth;

/// <summary>
/// The newest record's number and hash, beside the journal. Written after the journal is durable and never flushed itself: after a crash it
/// can lag behind the journal but not be ahead of it, so a journal that is behind its head has lost records.
/// </summary>
internal sealed class JournalHead : IDisposable
{
    public const string Suffix = ".head";
    private const int SeqWidth = 20;
    private const int Width = SeqWidth + 1 + JournalLine.HashLength + 1;

    private readonly FileStream _file;

    private JournalHead(FileStream file, long seq, string hash) => (_file, Seq, Hash) = (file, seq, hash);

    public long Seq { get; private set; }

    public string Hash { get; private set; }

    public static JournalHead Open(string journal)
    {
        var file = new FileStream(journal + Suffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var (seq, hash) = Parse(file);
        return new JournalHead(file, seq, hash);
    }

    /// <summary>The recorded head of a journal, or zero when there is none that can be read.</summary>
    public static (long Seq, string Hash) Read(string journal)
    {
        if (!File.Exists(journal + Suffix))
            return (0, "");
        using var file = new FileStream(journal + Suffix, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return Parse(file);
    }

    public void Write(long seq, string hash)
    {
        Span<byte> text = stackalloc byte[Width];
        seq.TryFormat(text, out _, "D20", CultureInfo.InvariantCulture);
        text[SeqWidth] = (byte)' ';
        Encoding.ASCII.GetBytes(hash, text[(SeqWidth + 1)..]);
        text[^1] = (byte)'\n';
        RandomAccess.Write(_file.SafeFileHandle, text, 0);
        (Seq, Hash) = (seq, hash);
    }

    public void Dispose() => _file.Dispose();

    private static (long Seq, string Hash) Parse(FileStream file)
    {
        Span<byte> text = stackalloc byte[Width];
        return RandomAccess.Read(file.SafeFileHandle, text, 0) == Width
            && long.TryParse(text[..SeqWidth], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? (seq, Encoding.ASCII.GetString(text.Slice(SeqWidth + 1, JournalLine.HashLength)))
            : (0, "");
    }
}
