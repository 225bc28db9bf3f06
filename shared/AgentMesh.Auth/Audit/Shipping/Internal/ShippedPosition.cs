using System.Globalization;
using System.Text;

namespace AgentMesh.Auth;

/// <summary>
/// How far the ledger has acknowledged a journal, beside the journal: <c>{journal}.shipped</c>. A hint that saves work: what it says is
/// checked against the journal when it is read, and records that the ledger has already are sent again without harm.
/// </summary>
/// <param name="Seq">The newest record that the ledger has.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="First">The number of the first record in the segment where shipping goes on.</param>
/// <param name="Offset">Where in that segment.</param>
internal sealed record ShippedPosition(long Seq, string Hash, long First, long Offset)
{
    public const string Suffix = ".shipped";

    /// <summary>Nothing is shipped.</summary>
    public static ShippedPosition Start { get; } = new(0, JournalLine.Genesis, 1, 0);

    /// <summary>The beginning of the segment after this one.</summary>
    public ShippedPosition Next => this with { First = Seq + 1, Offset = 0 };

    /// <summary>The stored position; null when there is none that can be read.</summary>
    public static ShippedPosition? Read(string journal)
    {
        string text;
        try
        {
            text = File.Exists(journal + Suffix) ? File.ReadAllText(journal + Suffix) : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, such as one of an earlier run as root.
            return null;
        }
        return text.Split([' ', '\n']) is [var seq, { Length: JournalLine.HashLength } hash, var first, var offset, ..]
            && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var segment)
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            ? new(number, hash, segment, end)
            : null;
    }

    /// <summary>Stores the position, replacing the last one as a whole.</summary>
    public void Write(string journal)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Seq} {Hash} {First} {Offset}\n");
        File.WriteAllText(journal + Suffix + ".new", text, Encoding.ASCII);
        File.Move(journal + Suffix + ".new", journal + Suffix, overwrite: true);
    }
}
