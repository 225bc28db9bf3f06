using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AgentMesh.Auth;

/// <summary>
/// A journal's line: <c>{"seq":n,"prev":"…",…the event…,"hash":"…"}</c>. The hash is SHA-256 over the line's bytes without the
/// <c>hash</c> member, so a verifier needs no knowledge of the event's shape.
/// </summary>
internal static class JournalLine
{
    public const int HashLength = 64;

    // ,"hash":"…64…"}
    private const int SuffixLength = 9 + HashLength + 2;

    // A file of JSON lines, never part of a page: "mtls+token" may be read as it is written.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");
    private static readonly JsonEncodedText Prev = JsonEncodedText.Encode("prev");

    /// <summary>What the first record's <c>prev</c> is.</summary>
    public static string Genesis { get; } = new('0', HashLength);

    /// <summary>Appends a line and returns its hash.</summary>
    /// <param name="output">Receives the line.</param>
    /// <param name="scratch">Reused from line to line.</param>
    /// <param name="seq">Place in the chain, from 1.</param>
    /// <param name="prev">Hash of the line before.</param>
    /// <param name="auditEvent">The content.</param>
    public static string Append(ArrayBufferWriter<byte> output, ArrayBufferWriter<byte> scratch, long seq, string prev, AuditEvent auditEvent)
    {
        scratch.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(scratch, Readable))
        {
            writer.WriteStartObject();
            writer.WriteNumber(Seq, seq);
            writer.WriteString(Prev, prev);
            WriteMembers(writer, auditEvent);
            writer.WriteEndObject();
        }
        var line = scratch.WrittenSpan;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, digest);
        var hash = Convert.ToHexStringLower(digest);
        output.Write(line[..^1]);
        output.Write(",\"hash\":\""u8);
        Encoding.ASCII.GetBytes(hash, output.GetSpan(HashLength));
        output.Advance(HashLength);
        output.Write("\"}\n"u8);
        return hash;
    }

    /// <summary>Checks a line (without its line feed) and reads its place in the chain.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out long seq, out string prev, out string hash)
    {
        (seq, prev, hash) = (0, "", "");
        if (line.Length <= SuffixLength + 2 || !line[^SuffixLength..].StartsWith(",\"hash\":\""u8) || !line.EndsWith("\"}"u8))
            return false;
        var stated = line[^(HashLength + 2)..^2];
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hasher.AppendData(line[..^SuffixLength]);
        hasher.AppendData("}"u8);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hasher.GetHashAndReset(digest);
        hash = Convert.ToHexStringLower(digest);
        return Encoding.ASCII.GetString(stated) == hash && TryReadPlace(line, out seq, out prev);
    }

    private static bool TryReadPlace(ReadOnlySpan<byte> line, out long seq, out string prev)
    {
        (seq, prev) = (0, "");
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
                || !reader.Read() || !reader.ValueTextEquals(Seq.EncodedUtf8Bytes) || !reader.Read() || !reader.TryGetInt64(out seq)
                || !reader.Read() || !reader.ValueTextEquals(Prev.EncodedUtf8Bytes) || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                return false;
            }
            prev = reader.GetString()!;
            return seq >= 1 && prev.Length == HashLength;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, AuditEvent e)
    {
        writer.WriteString("kind", e.Kind);
        writer.WriteString("time", e.Time.UtcDateTime);
        writer.WriteString("party", e.Party);
        Optional("caller", e.Caller);
        Optional("subject", e.Subject);
        if (e.Actors is { } actors)
        {
            writer.WriteStartArray("actors");
            foreach (var actor in actors)
                writer.WriteStringValue(actor);
            writer.WriteEndArray();
        }
        Optional("callee", e.Callee);
        Optional("action", e.Action);
        Optional("scopes", e.Scopes);
        Optional("authentication", e.Authentication);
        writer.WriteString("decision", e.Decision);
        Optional("reason", e.Reason);
        Optional("transactionId", e.TransactionId);
        Optional("tokenId", e.TokenId);
        Optional("traceId", e.TraceId);
        Optional("spanId", e.SpanId);
        if (e.DurationMs is { } duration && double.IsFinite(duration))
            writer.WriteNumber("durationMs", Math.Round(duration, 4));
        Optional("policyVersion", e.PolicyVersion);
        Optional("posture", e.Posture);
        Optional("risk", e.Risk);
        Optional("remediation", e.Remediation);
        Optional("cause", e.Cause);

        void Optional(string name, string? value)
        {
            if (value is not null)
                writer.WriteString(name, value);
        }
    }
}
