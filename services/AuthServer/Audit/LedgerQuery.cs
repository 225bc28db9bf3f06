using System.Globalization;
using AgentMesh.AuthServer.Audit.Storage;
using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Audit;

/// <summary>What a reader of the ledger asks for; everything that is given must hold.</summary>
internal sealed record LedgerQuery
{
    public const int MostRecords = 500;
    private const int Usual = 100;

    public string? Agent { get; private init; }
    public string? TransactionId { get; private init; }
    public string? TraceId { get; private init; }
    public string? Decision { get; private init; }
    public string? Kind { get; private init; }
    public DateTimeOffset? From { get; private init; }
    public DateTimeOffset? To { get; private init; }

    /// <summary>Records behind this position, oldest first.</summary>
    public long? After { get; init; }

    /// <summary>Without <see cref="After"/>: so many of the newest, oldest first.</summary>
    public int Limit { get; private init; }

    /// <summary>How long to wait when there is nothing yet.</summary>
    public TimeSpan Wait { get; private init; }

    /// <returns>Null, or what is wrong with the parameters.</returns>
    public static string? Read(IQueryCollection parameters, MeshManifest manifest, out LedgerQuery query)
    {
        query = new LedgerQuery();
        foreach (var (name, value) in parameters)
        {
            if (value is not [{ Length: > 0 and <= 2048 } text])
            {
                return $"{name} must be given once, and not be empty.";
            }
            LedgerQuery? next = name switch
            {
                "agent" => query with { Agent = manifest.TryGetParty(text, out var party) ? party.SpiffeId : text },
                "txn" => query with { TransactionId = text },
                "trace" => query with { TraceId = text },
                "kind" => query with { Kind = text },
                "decision" when text is "allow" or "deny" or "repaired" or "removed" => query with { Decision = text },
                "from" when Time(text) is { } from => query with { From = from },
                "to" when Time(text) is { } to => query with { To = to },
                "after" when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) => query with { After = after },
                "limit" when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= MostRecords => query with { Limit = limit },
                "wait" when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wait) && wait is >= 0 and <= 30 => query with { Wait = TimeSpan.FromSeconds(wait) },
                _ => null,
            };
            if (next is null)
            {
                return $"{name}={text} cannot be asked for. There are: agent, txn, trace, kind, decision (allow, deny, repaired, removed), from, to (ISO 8601), after, limit (1 to {MostRecords}), wait (0 to 30 s).";
            }
            query = next;
        }
        if (query.Limit == 0)
        {
            query = query with { Limit = Usual };
        }
        return null;
    }

    public IQueryable<AuditRecordRow> Apply(IQueryable<AuditRecordRow> records)
    {
        if (Agent is { } agent)
        {
            records = records.Where(row => row.Party == agent || row.Caller == agent || row.Callee == agent || row.Subject == agent);
        }
        if (TransactionId is { } transaction)
        {
            records = records.Where(row => row.TransactionId == transaction);
        }
        if (TraceId is { } trace)
        {
            records = records.Where(row => row.TraceId == trace);
        }
        if (Decision is { } decision)
        {
            records = records.Where(row => row.Decision == decision);
        }
        if (Kind is { } kind)
        {
            records = records.Where(row => row.Kind == kind);
        }
        if (From is { } from)
        {
            records = records.Where(row => row.Time >= from);
        }
        if (To is { } to)
        {
            records = records.Where(row => row.Time < to);
        }
        return records;
    }

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
