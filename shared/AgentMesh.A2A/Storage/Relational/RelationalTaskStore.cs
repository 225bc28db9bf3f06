using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentMesh.A2A;

/// <summary>
/// Keeps tasks in SQLite or PostgreSQL, through whichever ADO.NET provider the host has. Writes are committed in groups, in order;
/// pages are read by key, so the last page of a long listing costs what the first does. One process a store: a second one does not hear of what the
/// first reports, so its streams miss it.
/// </summary>
/// <param name="source">The database; not disposed of. For SQLite: <c>SqliteFactory.Instance.CreateDataSource(connectionString)</c>.</param>
/// <param name="dialect">Which database it is.</param>
/// <param name="secrets">Encrypts push notification configurations, which hold credentials. What it cannot decrypt any more is dropped.</param>
/// <param name="logger">Hears of what is dropped.</param>
public sealed partial class RelationalTaskStore(DbDataSource source, TaskStoreDialect dialect, IDataProtector secrets, ILogger<RelationalTaskStore>? logger = null)
    : ITaskStore, IAsyncDisposable
{
    private const int Batch = 500;

    private readonly WriteLane _writes = new(source);
    private readonly ILogger _logger = logger ?? NullLogger<RelationalTaskStore>.Instance;

    /// <summary>Creates the tables that are missing. Call once before use.</summary>
    public Task CreateSchemaAsync(CancellationToken cancellationToken = default) => RelationalSchema.CreateAsync(source, dialect, cancellationToken);

    /// <summary><see cref="CreateSchemaAsync"/> for a process that starts.</summary>
    public void CreateSchema() => RelationalSchema.Create(source, dialect);

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
    public async ValueTask<IReadOnlyList<OwnedTaskId>> FindUnfinishedAsync(CancellationToken cancellationToken) =>
        await FindAsync("SELECT owner, id FROM a2a_tasks WHERE state IN (1, 2, 8)", cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<OwnedTaskId>> FindInterruptedAsync(DateTimeOffset before, CancellationToken cancellationToken) => await FindAsync(
        "SELECT owner, id FROM a2a_tasks WHERE state IN (6, 8) AND updated < @before ORDER BY updated, id LIMIT @limit",
        cancellationToken, ("@before", before.ToUnixTimeMilliseconds()), ("@limit", Batch)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<int> DeleteEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var all = 0;
        int deleted;
        do
        {
            deleted = await _writes.WriteAsync((connection, transaction) => TaskWrites.DeleteEndedAsync(connection, transaction, before, Batch), cancellationToken).ConfigureAwait(false);
            all += deleted;
        }
        while (deleted == Batch);
        return all;
    }

    /// <inheritdoc/>
    public async ValueTask<TaskUsage> MeasureAsync(string owner, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await new TaskReads(connection, cancellationToken).MeasureAsync(owner).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TaskUsage> DeleteOldestAsync(string owner, TaskUsage atLeast, CancellationToken cancellationToken)
    {
        var freed = default(TaskUsage);
        while (freed.Tasks < atLeast.Tasks || freed.Bytes < atLeast.Bytes)
        {
            List<string> ids = [];
            foreach (var (id, bytes) in await FindOldestAsync(owner, cancellationToken).ConfigureAwait(false))
            {
                if (freed.Tasks >= atLeast.Tasks && freed.Bytes >= atLeast.Bytes)
                    break;
                ids.Add(id);
                freed = new(freed.Tasks + 1, freed.Bytes + bytes);
            }
            if (ids.Count == 0)
                break;
            await _writes.WriteAsync((connection, transaction) => TaskWrites.DeleteAsync(connection, transaction, owner, ids), cancellationToken).ConfigureAwait(false);
        }
        return freed;
    }

    /// <inheritdoc/>
    public async ValueTask SetPushConfigAsync(string owner, TaskPushNotificationConfig config, CancellationToken cancellationToken)
    {
        var body = secrets.Protect(JsonSerializer.Serialize(config, A2AJson.Default.TaskPushNotificationConfig));
        await _writes.WriteAsync((connection, transaction) => TaskWrites.SetPushConfigAsync(connection, transaction, owner, config, body), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<TaskPushNotificationConfig>> FindPushConfigsAsync(string owner, string taskId, CancellationToken cancellationToken)
    {
        List<TaskPushNotificationConfig> configs = [];
        foreach (var (configId, body) in await FindPushRowsAsync(owner, taskId, cancellationToken).ConfigureAwait(false))
        {
            if (Read(body) is { } config)
            {
                configs.Add(config);
                continue;
            }
            LogDropped(configId, taskId);
            await DeletePushConfigAsync(owner, taskId, configId, cancellationToken).ConfigureAwait(false);
        }
        return configs;
    }

    /// <inheritdoc/>
    public async ValueTask DeletePushConfigAsync(string owner, string taskId, string configId, CancellationToken cancellationToken) =>
        await _writes.WriteAsync((connection, transaction) => TaskWrites.DeletePushConfigAsync(connection, transaction, owner, taskId, configId), cancellationToken).ConfigureAwait(false);

    /// <summary>Commits what is queued and stops.</summary>
    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private async Task<List<(string Id, long Bytes)>> FindOldestAsync(string owner, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await new TaskReads(connection, cancellationToken).OldestAsync(owner, Batch).ConfigureAwait(false);
    }

    private async Task<List<OwnedTaskId>> FindAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await connection.QueryAsync(sql, reader => new OwnedTaskId(reader.GetString(0), reader.GetString(1)), cancellationToken, parameters).ConfigureAwait(false);
    }

    private async Task<List<(string ConfigId, string Body)>> FindPushRowsAsync(string owner, string taskId, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await connection.QueryAsync(
            "SELECT p.config_id, p.body FROM a2a_push_configs p JOIN a2a_tasks t ON t.id = p.task_id WHERE t.id = @id AND t.owner = @owner ORDER BY p.config_id",
            reader => (reader.GetString(0), reader.GetString(1)), cancellationToken, ("@id", taskId), ("@owner", owner)).ConfigureAwait(false);
    }

    // A key that was lost costs the webhooks, not the tasks that have them.
    private TaskPushNotificationConfig? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(secrets.Unprotect(body), A2AJson.Default.TaskPushNotificationConfig);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [LoggerMessage(7007, LogLevel.Warning, "Push notification configuration {ConfigId} of task {TaskId} cannot be decrypted with the store's key and is dropped.")]
    private partial void LogDropped(string configId, string taskId);
}
