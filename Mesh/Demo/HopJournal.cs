using System.Text.Json;
using AgentMesh.Auth;

namespace AgentMesh.Cli.Demo;

/// <summary>Reads the audit journals that the parts of the mesh write, and picks what belongs to one trace.</summary>
internal sealed class HopJournal(string directory)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>All events of a trace, oldest first.</summary>
    public IReadOnlyList<AuditEvent> Read(string traceId)
    {
        if (!Directory.Exists(directory))
            return [];

        return [.. Directory.EnumerateFiles(directory, "*.jsonl")
            .SelectMany(AuditJournal.FilesOf)
            .SelectMany(Lines)
            .Where(line => line.Contains(traceId, StringComparison.Ordinal))
            .Select(Parse)
            .OfType<AuditEvent>()
            // A call that was sent is on record with its callee, too, who decided about it: one hop.
            .Where(e => e.TraceId == traceId && !(e.Kind == "call" && e.Decision == "allow"))
            .OrderBy(e => e.Time)];
    }

    /// <summary>All events in one party's journal, oldest first.</summary>
    public IReadOnlyList<AuditEvent> ReadParty(string name)
    {
        return [.. AuditJournal.FilesOf(Path.Combine(directory, name + ".jsonl")).SelectMany(Lines).Select(Parse).OfType<AuditEvent>()];
    }

    private static List<string> Lines(string path)
    {
        var lines = new List<string>();
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>Null for a line that is still being written.</summary>
    private static AuditEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditEvent>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
