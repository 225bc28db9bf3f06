using System.Text;
using AgentMesh.Auth;

namespace AgentMesh.Cli.Journals;

/// <summary>A journal, read through all of its files: whose it is, the hash of each record, and whether its chain holds.</summary>
/// <param name="Party">SPIFFE ID of who wrote it; null: it is empty, or its first line is no record.</param>
/// <param name="Hashes">By place in the chain, that of the oldest record here at 0, as far as it holds.</param>
internal sealed record LocalJournal(string Path, string? Party, IReadOnlyList<string> Hashes, JournalVerification Verification)
{
    /// <summary>The number of the newest record that fits.</summary>
    public long Last => Verification.First + Hashes.Count - 1;

    /// <summary>The hash of a record that is here.</summary>
    public string HashOf(long seq) => Hashes[(int)(seq - Verification.First)];

    /// <exception cref="MeshException">The file cannot be read.</exception>
    public static async Task<LocalJournal> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // A journal that is being written may be caught between two writes; one that is broken stays so.
            for (var attempt = 1; ; attempt++)
            {
                var journal = Read(path);
                if (journal.Verification.IsIntact || attempt == 3)
                    return journal;
                await Task.Delay(100, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MeshException.BadInput($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static LocalJournal Read(string path)
    {
        var verification = AuditJournal.Verify(path);
        List<string> hashes = [];
        string? party = null;
        foreach (var line in AuditJournal.FilesOf(path).SelectMany(Lines).Take((int)Math.Max(0, verification.Records - verification.First + 1)))
        {
            if (!AuditRecord.TryParse(Encoding.UTF8.GetBytes(line), out var record))
                break;
            party ??= record.Event.Party;
            hashes.Add(record.Hash);
        }
        return new LocalJournal(path, party, hashes, verification);
    }

    /// <summary>The lines of one of a journal's files, also while it is being written.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
