using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;

namespace AgentMesh.A2A.Tests.Storage;

public sealed class SqliteTaskStoreTests : TaskStoreContract
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"a2a-{Guid.NewGuid():N}.db");

    private DbDataSource Open() => SqliteFactory.Instance.CreateDataSource($"Data Source={_file};Pooling=False");

    protected override async ValueTask<ITaskStore> CreateAsync()
    {
        var store = new RelationalTaskStore(Open(), TaskStoreDialect.Sqlite);
        await store.CreateSchemaAsync(Cancellation);
        return store;
    }

    [Fact]
    public async Task Tasks_survive_a_restart()
    {
        await using (var first = new RelationalTaskStore(Open(), TaskStoreDialect.Sqlite))
            await first.AddAsync("alice", new() { Id = "kept", Status = new() { State = TaskState.InputRequired } }, Cancellation);
        await using var second = new RelationalTaskStore(Open(), TaskStoreDialect.Sqlite);
        await second.CreateSchemaAsync(Cancellation);
        Assert.Equal(TaskState.InputRequired, (await second.FindAsync("alice", "kept", null, true, Cancellation))!.Status.State);
    }

    [Fact]
    public async Task Credentials_of_webhooks_are_encrypted_when_a_protector_is_given()
    {
        await using var store = new RelationalTaskStore(Open(), TaskStoreDialect.Sqlite, new EphemeralDataProtectionProvider().CreateProtector("test"));
        await store.AddAsync("alice", new() { Id = "a", Status = new() { State = TaskState.Working } }, Cancellation);
        await store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "a", Url = "https://x.example/", Token = "very-secret-token" }, Cancellation);
        Assert.Equal("very-secret-token", (await store.FindPushConfigsAsync("alice", "a", Cancellation)).Single().Token);
        await using var connection = await Open().OpenConnectionAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM a2a_push_configs";
        Assert.DoesNotContain("very-secret-token", (string)(await command.ExecuteScalarAsync(Cancellation))!);
    }

    [Fact]
    public async Task A_write_that_fails_fails_alone()
    {
        await using var store = new RelationalTaskStore(Open(), TaskStoreDialect.Sqlite);
        await store.AddAsync("alice", new() { Id = "twice" }, Cancellation);
        var writes = Enumerable.Range(0, 10).Select(i => store.AddAsync("alice", new() { Id = i == 5 ? "twice" : $"t{i}" }, Cancellation).AsTask()).ToList();
        await Assert.ThrowsAnyAsync<DbException>(() => writes[5]);
        await Task.WhenAll(writes.Where((_, i) => i != 5));
        Assert.Equal(10, (await store.ListAsync("alice", new(), Cancellation)).Total);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
            File.Delete(file);
    }
}
