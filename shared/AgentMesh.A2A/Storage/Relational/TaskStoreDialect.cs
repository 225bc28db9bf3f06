namespace AgentMesh.A2A;

/// <summary>The database behind a <see cref="RelationalTaskStore"/>.</summary>
public enum TaskStoreDialect
{
    /// <summary>SQLite, 3.43 or later.</summary>
    Sqlite,

    /// <summary>PostgreSQL, 12 or later.</summary>
    PostgreSql,
}
