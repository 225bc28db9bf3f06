using System.Data.Common;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.DataProtection;

namespace AgentMesh.A2A;

/// <summary>
/// Keeps tasks in SQLite or PostgreSQL, through whichever ADO.NET provider the host has. Writes are committed in groups, in order;
/// pages are read by key, so the last page of a long listing costs what the first does.
/// </summary>
/// <param name="source">The database; not disposed of. For SQLite: <c>SqliteFactory.Instance.CreateDataSource(connectionString)</c>.</param>
/// <param name="dialect">Which database it is.</param>
/// <param name="secrets">Encrypts push notification configurations, which hold credentials; <see langword="null"/> stores them as they are.</param>
public sealed class RelationalTaskStore(DbDataSource source, TaskStoreDialect dialect, IDataProtector? secrets = null) : ITaskStore, IAsyncDisposable
{
    private const int DeleteBatch = 500;

    private readonly WriteLane _writes = new(source);

    /// <summary>Creates the tables that are missing. Call once before use.</summary>
    public Task CreateSchemaAsync(CancellationToken cancellationToken = default) => RelationalSchema.CreateAsync(source, dialect, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AddAsync(string owner, AgentTask task, CancellationToken cancellationToken) =>
        await _writes.WriteAsync((connection, transaction) => TaskWrites.AddAsync(connection, transaction, owner, task), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ApplyAsync(string owner, TaskChange change, CancellationToken cancellationToken) =>
        await _writes.WriteAsync((connection, transaction) => TaskWrites.ApplyAsync(connection, transaction, owner, change), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<AgentTask?> FindAsync(string owner, string taskId, int? historyLength, bool includeArtifacts, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await new TaskReads(connection, cancellationToken).FindAsync(owner, taskId, historyLength, includeArtifacts).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TaskPage> ListAsync(string owner, TaskQuery query, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await new TaskReads(connection, cancellationToken).ListAsync(owner, query).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await connection.QueryAsync(
            "SELECT owner, id FROM a2a_tasks WHERE state IN (1, 2)", reader => new OwnedTaskId(reader.GetString(0), reader.GetString(1)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var all = 0;
        int deleted;
        do
        {
            deleted = await _writes.WriteAsync((connection, transaction) => TaskWrites.DeleteEndedAsync(connection, transaction, before, DeleteBatch), cancellationToken).ConfigureAwait(false);
            all += deleted;
        }
        while (deleted == DeleteBatch);
        return all;
    }

    /// <inheritdoc/>
    public async ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(config, A2AJson.Default.TaskPushNotificationConfig);
        var body = secrets is null ? json : secrets.Protect(json);
        await _writes.WriteAsync((connection, transaction) => TaskWrites.SetPushConfigAsync(connection, transaction, owner, config, body), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await connection.QueryAsync(
            "SELECT p.body FROM a2a_push_configs p JOIN a2a_tasks t ON t.id = p.task_id WHERE t.id = @id AND t.owner = @owner ORDER BY p.config_id",
            reader => JsonSerializer.Deserialize(secrets is null ? reader.GetString(0) : secrets.Unprotect(reader.GetString(0)), A2AJson.Default.TaskPushNotificationConfig)!,
            cancellationToken, ("@id", taskId), ("@owner", owner)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken) =>
        await _writes.WriteAsync((connection, transaction) => TaskWrites.DeletePushConfigAsync(connection, transaction, owner, taskId, configId), cancellationToken).ConfigureAwait(false);

    /// <summary>Commits what is queued and stops.</summary>
    public ValueTask DisposeAsync() => _writes.DisposeAsync();
}
