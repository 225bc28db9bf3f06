using System.Globalization;
using System.Text;

namespace AgentMesh.Auth;

/// <summary>
/// How far the ledger has acknowledged a journal, beside the journal: <c>{journal}.shipped</c>. A hint that saves work: what it says is
/// checked against the journal when it is read, and records that the ledger has already are sent again without harm.
/// </summary>
internal sealed record ShippedPosition(long Seq, string Hash, long Offset)
{
    public const string Suffix = ".shipped";

    /// <summary>Nothing is shipped.</summary>
    public static ShippedPosition Start { get; } = new(0, JournalLine.Genesis, 0);

    /// <summary>The stored position; <see cref="Start"/> when there is none or it does not fit the journal.</summary>
    public static ShippedPosition Read(string journal)
    {
        if (!File.Exists(journal + Suffix))
            return Start;
        var parts = File.ReadAllText(journal + Suffix).Split([' ', '\n']);
        return parts is [var seq, { Length: JournalLine.HashLength } hash, var offset, ..]
            && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? new(number, hash, end)
            : Start;
    }

    /// <summary>Stores the position, replacing the last one as a whole.</summary>
    public void Write(string journal)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Seq} {Hash} {Offset}\n");
        File.WriteAllText(journal + Suffix + ".new", text, Encoding.ASCII);
        File.Move(journal + Suffix + ".new", journal + Suffix, overwrite: true);
    }
}
