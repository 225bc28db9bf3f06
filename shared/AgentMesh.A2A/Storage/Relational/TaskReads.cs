using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>The statements that read tasks.</summary>
internal sealed class TaskReads(DbConnection connection, CancellationToken cancellationToken)
{
    private const string Columns = "SELECT id, context_id, status, metadata, updated FROM a2a_tasks";

    /// <summary>The statement that reads a page, in the order of the indexes.</summary>
    public static string PageOf(string where) => $"{Columns}{where} ORDER BY updated DESC, id DESC LIMIT @limit";

    // octet_length, since length would read what it measures.
    private static readonly string Bytes = string.Create(CultureInfo.InvariantCulture, $"""
        {TaskSize.Task} + octet_length(status) + COALESCE(octet_length(metadata), 0)
          + COALESCE((SELECT SUM(octet_length(body)) FROM a2a_messages WHERE task_id = t.id), 0)
          + COALESCE((SELECT SUM(octet_length(head)) FROM a2a_artifacts WHERE task_id = t.id), 0)
          + COALESCE((SELECT SUM(octet_length(body)) FROM a2a_parts WHERE task_id = t.id), 0)
          + COALESCE((SELECT SUM(octet_length(body)) FROM a2a_push_configs WHERE task_id = t.id), 0)
        """);

    private sealed record Row(AgentTask Task, long Updated);

    public async Task<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts)
    {
        var rows = await connection.QueryAsync($"{Columns} WHERE id = @id AND owner = @owner", ReadRow, cancellationToken, ("@id", taskId), ("@owner", owner)).ConfigureAwait(false);
        return (await CompleteAsync(rows, historyLength, includeArtifacts).ConfigureAwait(false)).SingleOrDefault();
    }

    public async Task<TaskPage> ListAsync(string owner, TaskQuery query)
    {
        var cursor = PageCursor.Parse(query.Cursor);
        List<(string Name, object? Value)> parameters = [("@owner", owner)];
        var where = new StringBuilder(" WHERE owner = @owner");
        Filter(query.ContextId is not null, "context_id = @context", ("@context", query.ContextId));
        Filter(query.State is not null, "state = @state", ("@state", (int?)query.State));
        Filter(query.Since is not null, "updated >= @since", ("@since", query.Since?.ToUnixTimeMilliseconds()));
        var total = cursor?.Total
            ?? (await connection.QueryAsync($"SELECT COUNT(*) FROM a2a_tasks{where}", reader => Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture), cancellationToken, [.. parameters]).ConfigureAwait(false)).Single();
        if (cursor is { } behind)
        {
            where.Append(" AND (updated, id) < (@updated, @id)");
            parameters.AddRange([("@updated", behind.UpdatedMilliseconds), ("@id", behind.TaskId)]);
        }
        parameters.Add(("@limit", query.PageSize + 1));
        var rows = await connection.QueryAsync(PageOf(where.ToString()), ReadRow, cancellationToken, [.. parameters]).ConfigureAwait(false);
        var next = "";
        if (rows.Count > query.PageSize)
        {
            rows.RemoveAt(query.PageSize);
            next = new PageCursor(rows[^1].Updated, rows[^1].Task.Id, total).ToString();
        }
        return new(await CompleteAsync(rows, query.HistoryLength, query.IncludeArtifacts).ConfigureAwait(false), next, total);

        void Filter(bool wanted, string condition, (string, object?) parameter)
        {
            if (!wanted)
                return;
            where.Append(" AND ").Append(condition);
            parameters.Add(parameter);
        }
    }

    public async Task<TaskUsage> MeasureAsync(string owner)
    {
        var rows = await connection.QueryAsync($"SELECT COUNT(*), COALESCE(SUM({Bytes}), 0) FROM a2a_tasks t WHERE owner = @owner", reader => (Tasks: Number(reader, 0), Bytes: Number(reader, 1)), cancellationToken, ("@owner", owner)).ConfigureAwait(false);
        return new((int)rows[0].Tasks, rows[0].Bytes);
    }

    /// <summary>The oldest of the owner's tasks that have ended, with their sizes.</summary>
    public Task<List<(string Id, long Bytes)>> OldestAsync(string owner, int limit) => connection.QueryAsync(
        $"SELECT id, {Bytes} FROM a2a_tasks t WHERE owner = @owner AND {TaskWrites.HasEnded} ORDER BY updated, id LIMIT @limit",
        reader => (reader.GetString(0), Number(reader, 1)), cancellationToken, ("@owner", owner), ("@limit", limit));

    private static long Number(DbDataReader reader, int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

    private async Task<List<AgentTask>> CompleteAsync(List<Row> rows, int? historyLength, bool includeArtifacts)
    {
        if (rows.Count == 0)
            return [];
        var ids = rows.Select((row, i) => ($"@t{i}", (object?)row.Task.Id)).ToArray();
        var list = string.Join(", ", ids.Select(id => id.Item1));
        var histories = historyLength == 0 ? null : await HistoriesAsync(list, ids, historyLength).ConfigureAwait(false);
        var artifacts = includeArtifacts ? await ArtifactsAsync(list, ids).ConfigureAwait(false) : null;
        return [.. rows.Select(row => row.Task with
        {
            History = histories?[row.Task.Id].ToArray() is { Length: > 0 } history ? history : null,
            Artifacts = artifacts?[row.Task.Id].ToArray() is { Length: > 0 } some ? some : null,
        })];
    }

    private async Task<ILookup<string, Message>> HistoriesAsync(string list, (string, object?)[] ids, int? length)
    {
        var sql = length is null
            ? $"SELECT task_id, body FROM a2a_messages WHERE task_id IN ({list}) ORDER BY task_id, n"
            : $"""
              SELECT task_id, body FROM (
                SELECT task_id, body, n, ROW_NUMBER() OVER (PARTITION BY task_id ORDER BY n DESC) AS latest FROM a2a_messages WHERE task_id IN ({list})) AS numbered
              WHERE latest <= @length ORDER BY task_id, n
              """;
        var rows = await connection.QueryAsync(
            sql, reader => (Task: reader.GetString(0), Body: reader.GetString(1)), cancellationToken, length is null ? ids : [.. ids, ("@length", length)]).ConfigureAwait(false);
        return rows.ToLookup(row => row.Task, row => JsonSerializer.Deserialize(row.Body, A2AJson.Default.Message)!, StringComparer.Ordinal);
    }

    private async Task<ILookup<string, Artifact>> ArtifactsAsync(string list, (string, object?)[] ids)
    {
        var rows = await connection.QueryAsync(
            $"""
            SELECT a.task_id, a.artifact_id, a.head, p.body FROM a2a_artifacts a
            JOIN a2a_parts p ON p.task_id = a.task_id AND p.artifact_id = a.artifact_id
            WHERE a.task_id IN ({list}) ORDER BY a.task_id, a.n, p.n
            """,
            reader => (Task: reader.GetString(0), Artifact: reader.GetString(1), Head: reader.GetString(2), Body: reader.GetString(3)),
            cancellationToken, ids).ConfigureAwait(false);
        return rows.GroupBy(row => (row.Task, row.Artifact)).ToLookup(
            group => group.Key.Task,
            group => JsonSerializer.Deserialize(group.First().Head, A2AJson.Default.Artifact)! with
            {
                Parts = [.. group.SelectMany(row => JsonSerializer.Deserialize(row.Body, A2AJson.Default.IReadOnlyListPart)!)],
            },
            StringComparer.Ordinal);
    }

    private static Row ReadRow(DbDataReader reader) => new(
        new()
        {
            Id = reader.GetString(0),
            ContextId = reader.IsDBNull(1) ? null : reader.GetString(1),
            Status = JsonSerializer.Deserialize(reader.GetString(2), A2AJson.Default.TaskStatus)!,
            Metadata = reader.IsDBNull(3) ? null : JsonSerializer.Deserialize(reader.GetString(3), A2AJson.Default.IReadOnlyDictionaryStringJsonElement),
        },
        reader.GetInt64(4));
}
