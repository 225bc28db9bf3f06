using System.Data.Common;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>The statements that change tasks. Each names the owner; a task of another is not touched.</summary>
internal static class TaskWrites
{
    /// <summary>Of the tasks that are in a terminal state.</summary>
    public const string HasEnded = "state IN (3, 4, 5, 7)";

    private const string IsMine = "EXISTS (SELECT 1 FROM a2a_tasks WHERE id = @id AND owner = @owner)";

    private const string AddMessage = $"""
        INSERT INTO a2a_messages (task_id, n, body)
        SELECT @id, COALESCE((SELECT MAX(n) FROM a2a_messages WHERE task_id = @id), 0) + 1, @body WHERE {IsMine}
        """;

    private const string AddArtifact = $"""
        INSERT INTO a2a_artifacts (task_id, artifact_id, n, head)
        SELECT @id, @artifact, COALESCE((SELECT MAX(n) FROM a2a_artifacts WHERE task_id = @id), 0) + 1, @head WHERE {IsMine}
        ON CONFLICT (task_id, artifact_id) DO
        """;

    private const string AddParts = $"""
        INSERT INTO a2a_parts (task_id, artifact_id, n, body)
        SELECT @id, @artifact, COALESCE((SELECT MAX(n) FROM a2a_parts WHERE task_id = @id AND artifact_id = @artifact), 0) + 1, @body WHERE {IsMine}
        """;

    private static readonly string[] Tables = ["a2a_messages", "a2a_parts", "a2a_artifacts", "a2a_push_configs"];

    public static async Task<int> AddAsync(DbConnection connection, DbTransaction transaction, string owner, AgentTask task)
    {
        await connection.ExecuteAsync(
            transaction,
            "INSERT INTO a2a_tasks (id, owner, context_id, state, updated, status, metadata) VALUES (@id, @owner, @context, @state, @updated, @status, @metadata)",
            default,
            ("@id", task.Id), ("@owner", owner), ("@context", task.ContextId), ("@state", (int)task.Status.State), ("@updated", Updated(task.Status)),
            ("@status", JsonSerializer.Serialize(task.Status, A2AJson.Default.TaskStatus)),
            ("@metadata", task.Metadata is { } metadata ? JsonSerializer.Serialize(metadata, A2AJson.Default.IReadOnlyDictionaryStringJsonElement) : null)).ConfigureAwait(false);
        foreach (var message in task.History ?? [])
            await ApplyAsync(connection, transaction, owner, new() { TaskId = task.Id, Message = message }).ConfigureAwait(false);
        foreach (var artifact in task.Artifacts ?? [])
            await ApplyAsync(connection, transaction, owner, new() { TaskId = task.Id, Artifact = new() { Artifact = artifact } }).ConfigureAwait(false);
        return 1;
    }

    public static async Task<int> ApplyAsync(DbConnection connection, DbTransaction transaction, string owner, TaskChange change)
    {
        if (change.Status is { } status)
            await connection.ExecuteAsync(
                transaction, "UPDATE a2a_tasks SET state = @state, updated = @updated, status = @status WHERE id = @id AND owner = @owner", default,
                ("@state", (int)status.State), ("@updated", Updated(status)), ("@status", JsonSerializer.Serialize(status, A2AJson.Default.TaskStatus)),
                ("@id", change.TaskId), ("@owner", owner)).ConfigureAwait(false);
        if (change.Message is { } message)
            await connection.ExecuteAsync(
                transaction, AddMessage, default,
                ("@id", change.TaskId), ("@owner", owner), ("@body", JsonSerializer.Serialize(message, A2AJson.Default.Message))).ConfigureAwait(false);
        if (change.Artifact is { } update)
            await AddArtifactAsync(connection, transaction, owner, change.TaskId, update).ConfigureAwait(false);
        return 1;
    }

    private static async Task AddArtifactAsync(DbConnection connection, DbTransaction transaction, string owner, string taskId, TaskArtifactUpdateEvent update)
    {
        (string, object?)[] key = [("@id", taskId), ("@owner", owner), ("@artifact", update.Artifact.ArtifactId)];
        if (!update.Append)
            await connection.ExecuteAsync(transaction, $"DELETE FROM a2a_parts WHERE task_id = @id AND artifact_id = @artifact AND {IsMine}", default, key).ConfigureAwait(false);
        var head = JsonSerializer.Serialize(update.Artifact with { Parts = [] }, A2AJson.Default.Artifact);
        await connection.ExecuteAsync(
            transaction, AddArtifact + (update.Append ? " NOTHING" : " UPDATE SET head = excluded.head"), default, [.. key, ("@head", head)]).ConfigureAwait(false);
        var parts = JsonSerializer.Serialize(update.Artifact.Parts, A2AJson.Default.IReadOnlyListPart);
        await connection.ExecuteAsync(transaction, AddParts, default, [.. key, ("@body", parts)]).ConfigureAwait(false);
    }

    public static Task<int> SetPushConfigAsync(DbConnection connection, DbTransaction transaction, string owner, TaskPushNotificationConfig config, string body) =>
        connection.ExecuteAsync(
            transaction,
            $"INSERT INTO a2a_push_configs (task_id, config_id, body) SELECT @id, @config, @body WHERE {IsMine} ON CONFLICT (task_id, config_id) DO UPDATE SET body = excluded.body",
            default, ("@id", config.TaskId), ("@owner", owner), ("@config", config.Id), ("@body", body));

    public static Task<int> DeletePushConfigAsync(DbConnection connection, DbTransaction transaction, string owner, string taskId, string configId) =>
        connection.ExecuteAsync(
            transaction, $"DELETE FROM a2a_push_configs WHERE task_id = @id AND config_id = @config AND {IsMine}", default,
            ("@id", taskId), ("@owner", owner), ("@config", configId));

    /// <summary>Deletes up to <paramref name="limit"/> tasks, so that no transaction is long.</summary>
    public static async Task<int> DeleteEndedAsync(DbConnection connection, DbTransaction transaction, DateTimeOffset before, int limit)
    {
        const string Ended = $"SELECT id FROM a2a_tasks WHERE {HasEnded} AND updated < @before ORDER BY updated, id LIMIT @limit";
        return await DeleteAsync(connection, transaction, Ended, [("@before", before.ToUnixTimeMilliseconds()), ("@limit", limit)]).ConfigureAwait(false);
    }

    /// <summary>Deletes those of an owner's tasks that have ended.</summary>
    public static Task<int> DeleteAsync(DbConnection connection, DbTransaction transaction, string owner, IReadOnlyList<string> taskIds)
    {
        var ids = taskIds.Select((id, i) => (Name: $"@t{i}", Value: (object?)id)).ToArray();
        var ended = $"SELECT id FROM a2a_tasks WHERE owner = @owner AND {HasEnded} AND id IN ({string.Join(", ", ids.Select(id => id.Name))})";
        return DeleteAsync(connection, transaction, ended, [("@owner", owner), .. ids]);
    }

    private static async Task<int> DeleteAsync(DbConnection connection, DbTransaction transaction, string which, (string, object?)[] parameters)
    {
        foreach (var table in Tables)
            await connection.ExecuteAsync(transaction, $"DELETE FROM {table} WHERE task_id IN ({which})", default, parameters).ConfigureAwait(false);
        return await connection.ExecuteAsync(transaction, $"DELETE FROM a2a_tasks WHERE id IN ({which})", default, parameters).ConfigureAwait(false);
    }

    private static long Updated(TaskStatus status) => status.Timestamp?.ToUnixTimeMilliseconds() ?? 0;
}
