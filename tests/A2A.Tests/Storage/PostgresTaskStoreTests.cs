using Npgsql;

namespace AgentMesh.A2A.Tests.Storage;

public sealed class PostgresTaskStoreTests(PostgresServer server) : TaskStoreContract, IClassFixture<PostgresServer>
{
    private NpgsqlDataSource? _source;

    protected override async ValueTask<ITaskStore> CreateAsync()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        var schema = $"s{Guid.NewGuid():N}";
        await using (var admin = NpgsqlDataSource.Create(server.ConnectionString))
        await using (var command = admin.CreateCommand($"CREATE SCHEMA {schema}"))
            await command.ExecuteNonQueryAsync(Cancellation);
        _source = NpgsqlDataSource.Create($"{server.ConnectionString};Search Path={schema}");
        var store = new RelationalTaskStore(_source, TaskStoreDialect.PostgreSql);
        await store.CreateSchemaAsync(Cancellation);
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
    }
}
