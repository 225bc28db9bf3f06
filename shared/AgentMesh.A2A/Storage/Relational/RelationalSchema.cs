using System.Data.Common;

namespace AgentMesh.A2A.Internal;

/// <summary>Tables and indexes. A listing walks one index in order, whatever it filters by, so a page costs what it returns.</summary>
internal static class RelationalSchema
{
    // Bytewise, as the cursor compares: a locale's order of ids would lose tasks between pages.
    private static string Id(TaskStoreDialect dialect) => dialect == TaskStoreDialect.PostgreSql ? "text COLLATE \"C\"" : "text";

    public static IEnumerable<string> Statements(TaskStoreDialect dialect)
    {
        if (dialect == TaskStoreDialect.Sqlite)
            yield return "PRAGMA journal_mode = WAL";
        var id = Id(dialect);
        yield return $"""
            CREATE TABLE IF NOT EXISTS a2a_tasks (
              id {id} NOT NULL PRIMARY KEY, owner {id} NOT NULL, context_id {id}, state integer NOT NULL, updated bigint NOT NULL,
              status text NOT NULL, metadata text)
            """;
        yield return $"CREATE TABLE IF NOT EXISTS a2a_messages (task_id {id} NOT NULL, n bigint NOT NULL, body text NOT NULL, PRIMARY KEY (task_id, n))";
        yield return $"CREATE TABLE IF NOT EXISTS a2a_artifacts (task_id {id} NOT NULL, artifact_id {id} NOT NULL, n bigint NOT NULL, head text NOT NULL, PRIMARY KEY (task_id, artifact_id))";
        yield return $"CREATE TABLE IF NOT EXISTS a2a_parts (task_id {id} NOT NULL, artifact_id {id} NOT NULL, n bigint NOT NULL, body text NOT NULL, PRIMARY KEY (task_id, artifact_id, n))";
        yield return $"CREATE TABLE IF NOT EXISTS a2a_push_configs (task_id {id} NOT NULL, config_id {id} NOT NULL, body text NOT NULL, PRIMARY KEY (task_id, config_id))";
        yield return "CREATE INDEX IF NOT EXISTS a2a_tasks_by_owner ON a2a_tasks (owner, updated DESC, id DESC)";
        yield return "CREATE INDEX IF NOT EXISTS a2a_tasks_by_context ON a2a_tasks (owner, context_id, updated DESC, id DESC)";
        yield return "CREATE INDEX IF NOT EXISTS a2a_tasks_by_state ON a2a_tasks (owner, state, updated DESC, id DESC)";
        yield return "CREATE INDEX IF NOT EXISTS a2a_tasks_by_age ON a2a_tasks (state, updated)";
    }

    public static void Create(DbDataSource source, TaskStoreDialect dialect)
    {
        using var connection = source.OpenConnection();
        foreach (var statement in Statements(dialect))
        {
            using var command = connection.Command(null, statement);
            command.ExecuteNonQuery();
        }
    }

    public static async Task CreateAsync(DbDataSource source, TaskStoreDialect dialect, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        foreach (var statement in Statements(dialect))
            await connection.ExecuteAsync(null, statement, cancellationToken).ConfigureAwait(false);
    }
}
