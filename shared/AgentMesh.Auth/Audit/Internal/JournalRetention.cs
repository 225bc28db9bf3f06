using System.Globalization;

namespace AgentMesh.Auth;

/// <summary>
/// The record of segments that were removed because the ledger has them. Written before the first of them goes: a chain that begins later
/// than at record 1, without such a record in it, was cut.
/// </summary>
internal static class JournalRetention
{
    private const string Reason = "segments_removed";
    private const string Prefix = "retain: removed what the ledger holds up to record ";

    public static AuditEvent Event(string party, TimeProvider time, long upTo) => new()
    {
        Kind = "journal",
        Time = time.GetUtcNow(),
        Party = party,
        Decision = "removed",
        Reason = Reason,
        Action = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{upTo}"),
    };

    /// <summary>Up to which record a line says that records were removed; 0: it says nothing of that kind.</summary>
    public static long Read(ReadOnlySpan<byte> line) =>
        line.IndexOf("\"segments_removed\""u8) >= 0
        && AuditRecord.TryParse(line, out var record) && record.Event is { Kind: "journal", Reason: Reason, Action: { } action } && action.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(action.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var upTo)
            ? upTo
            : 0;
}
