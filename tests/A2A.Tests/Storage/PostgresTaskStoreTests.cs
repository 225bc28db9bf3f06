using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace AgentMesh.A2A.Tests.Storage;

public sealed class PostgresTaskStoreTests(PostgresServer server) : TaskStoreContract, IClassFixture<PostgresServer>
{
    private NpgsqlDataSource? _source;

    protected override async ValueTask<ITaskStore> CreateAsync()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        _source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        var store = new RelationalTaskStore(_source, TaskStoreDialect.PostgreSql, new EphemeralDataProtectionProvider().CreateProtector("test"));
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
