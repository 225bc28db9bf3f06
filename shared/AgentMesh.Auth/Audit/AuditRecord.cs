using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentMesh.Auth;

/// <summary>One line of an audit journal, checked: an event and its place in the hash chain.</summary>
/// <param name="Seq">Place in the chain, from 1.</param>
/// <param name="Prev">Hash of the record before; 64 zeros for the first.</param>
/// <param name="Hash">SHA-256 over the line without its <c>hash</c> member, lower-case hexadecimal.</param>
/// <param name="Event">What was decided.</param>
public sealed record AuditRecord(long Seq, string Prev, string Hash, AuditEvent Event)
{
    /// <summary>The longest line that is a record, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>What the first record's <see cref="Prev"/> is.</summary>
    public static string Genesis => JournalLine.Genesis;

    /// <summary>Reads a line (without its line feed).</summary>
    /// <param name="line">UTF-8 JSON as the journal holds it.</param>
    /// <param name="record">The record, when it is one.</param>
    /// <returns>False: its content does not match its hash, or it is no event.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out AuditRecord? record)
    {
        record = null;
        if (line.Length > MaxLength || !JournalLine.TryRead(line, out var seq, out var prev, out var hash))
            return false;
        try
        {
            if (JsonSerializer.Deserialize(line, AuditJson.Strict.AuditEvent) is not { } auditEvent)
                return false;
            record = new AuditRecord(seq, prev, hash, auditEvent);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

[JsonSerializable(typeof(AuditEvent))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>A member that stands twice could be read differently by two readers: such a line is no record.</summary>
    public static AuditJson Strict { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, MaxDepth = 4, AllowDuplicateProperties = false });
}
