using System.Text;
using AgentMesh.Auth;

namespace AgentMesh.AuthServer.Audit;

/// <summary>Records as they were shipped: each checked by itself, and that they follow each other.</summary>
internal sealed class LedgerBatch
{
    /// <summary>What one request may hold.</summary>
    public const int MaxBytes = 1024 * 1024;

    private LedgerBatch(List<(AuditRecord Record, string Line)> records) => Records = records;

    /// <summary>In their order; at least one.</summary>
    public IReadOnlyList<(AuditRecord Record, string Line)> Records { get; }

    public AuditRecord First => Records[0].Record;

    public AuditRecord Last => Records[^1].Record;

    /// <summary>Reads the lines of a journal.</summary>
    /// <param name="lines">Whole lines, each with its line feed.</param>
    /// <param name="party">SPIFFE ID of whose journal it is.</param>
    /// <param name="batch">The records, when all are good.</param>
    /// <returns>Null, or the code of what is wrong with the first that is not (<see cref="LedgerRefusal"/>).</returns>
    public static string? Read(ReadOnlySpan<byte> lines, string party, out LedgerBatch? batch)
    {
        batch = null;
        List<(AuditRecord, string)> records = [];
        AuditRecord? last = null;
        while (!lines.IsEmpty)
        {
            var feed = lines.IndexOf((byte)'\n');
            if (feed < 0 || !AuditRecord.TryParse(lines[..feed], out var record))
            {
                return LedgerRefusal.Edited;
            }
            if (!string.Equals(record.Event.Party, party, StringComparison.Ordinal))
            {
                return LedgerRefusal.Foreign;
            }
            if (last is not null && record.Seq != last.Seq + 1)
            {
                return LedgerRefusal.Gap;
            }
            if (last is not null && record.Prev != last.Hash)
            {
                return LedgerRefusal.Fork;
            }
            records.Add((record, Encoding.UTF8.GetString(lines[..feed])));
            last = record;
            lines = lines[(feed + 1)..];
        }
        if (last is null)
        {
            return LedgerRefusal.Edited;
        }
        batch = new LedgerBatch(records);
        return null;
    }
}
