using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;

namespace AgentMesh.A2A.Tests.Storage;

public sealed class SqliteTaskStoreTests : TaskStoreContract
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("a2a");

    private string File => Path.Combine(_folder.FullName, "tasks.db");

    private DbDataSource Open() => SqliteFactory.Instance.CreateDataSource($"Data Source={File};Pooling=False");

    private RelationalTaskStore Store(string key = "key") =>
        new(Open(), TaskStoreDialect.Sqlite, KeyFileProtector.Open(Path.Combine(_folder.FullName, key)).CreateProtector("test"));

    protected override async ValueTask<ITaskStore> CreateAsync()
    {
        var store = Store();
        await store.CreateSchemaAsync(Cancellation);
        return store;
    }

    [Fact]
    public async Task Tasks_survive_a_restart()
    {
        await using (var first = Store())
            await first.AddAsync("alice", new() { Id = "kept", Status = new() { State = TaskState.InputRequired } }, Cancellation);
        await using var second = Store();
        second.CreateSchema();
        Assert.Equal(TaskState.InputRequired, (await second.FindAsync("alice", "kept", null, true, Cancellation))!.Status.State);
    }

    [Fact]
    public async Task Credentials_of_webhooks_are_nowhere_in_the_database_and_come_back_after_a_restart()
    {
        var config = new TaskPushNotificationConfig
        {
            Id = "p",
            TaskId = "a",
            Url = "https://x.example/",
            Token = "very-secret-token",
            Authentication = new() { Scheme = "Bearer", Credentials = "very-secret-credentials" },
        };
        await using (var store = Store())
        {
            await store.AddAsync("alice", new() { Id = "a", Status = new() { State = TaskState.Working } }, Cancellation);
            await store.SetPushConfigAsync("alice", config, Cancellation);
        }
        foreach (var file in _folder.GetFiles())
        {
            var bytes = System.Text.Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(file.FullName, Cancellation));
            Assert.DoesNotContain("very-secret", bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("x.example", bytes, StringComparison.Ordinal);
        }
        await using var restarted = Store();
        Assert.Equal(config, (await restarted.FindPushConfigsAsync("alice", "a", Cancellation)).Single());
    }

    [Fact]
    public async Task With_another_key_the_webhooks_are_dropped_and_the_task_can_still_be_used()
    {
        await using (var store = Store())
        {
            await store.AddAsync("alice", new() { Id = "a", ContextId = "c", Status = new() { State = TaskState.InputRequired } }, Cancellation);
            await store.SetPushConfigAsync("alice", new() { Id = "p", TaskId = "a", Url = "https://x.example/" }, Cancellation);
        }
        await using var other = Store("another key");
        await using (var server = await TestServer.StartAsync(store: other, configure: options => options.InterruptedRetention = null))
        {
            var client = new A2AClient(server.CreateClient("alice", version: false), TestCards.Card(new Uri(server.Address, "/a2a").ToString()));
            var answered = await client.SendMessageAsync(new() { Message = Message.FromUser("echo", taskId: "a") }, Cancellation);
            Assert.Equal(TaskState.Completed, answered.Task!.Status.State);
        }
        await using var first = Store();
        Assert.Empty(await first.FindPushConfigsAsync("alice", "a", Cancellation));
    }

    [Fact]
    public async Task A_key_is_its_owners_alone_and_one_that_others_can_read_or_that_is_none_is_not_used()
    {
        var path = Path.Combine(_folder.FullName, "key");
        var made = KeyFileProtector.Open(path);
        Assert.Equal("x", KeyFileProtector.Open(path).CreateProtector("test").Unprotect(made.CreateProtector("test").Protect("x")));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => made.CreateProtector("other").Unprotect(made.CreateProtector("test").Protect("x")));
        await System.IO.File.WriteAllBytesAsync(path, new byte[31], Cancellation);
        Assert.Throws<IOException>(() => KeyFileProtector.Open(path));
        await System.IO.File.WriteAllBytesAsync(path, new byte[32], Cancellation);
        KeyFileProtector.Open(path);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(path));
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<IOException>(() => KeyFileProtector.Open(path));
    }

    [Fact]
    public async Task A_write_that_fails_fails_alone()
    {
        await using var store = Store();
        await store.AddAsync("alice", new() { Id = "twice" }, Cancellation);
        var writes = Enumerable.Range(0, 10).Select(i => store.AddAsync("alice", new() { Id = i == 5 ? "twice" : $"t{i}" }, Cancellation).AsTask()).ToList();
        await Assert.ThrowsAnyAsync<DbException>(() => writes[5]);
        await Task.WhenAll(writes.Where((_, i) => i != 5));
        Assert.Equal(10, (await store.ListAsync("alice", new(), Cancellation)).Total);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" AND context_id = 'c'")]
    [InlineData(" AND state = 3")]
    public async Task A_page_is_read_from_an_index_in_order_and_never_sorted(string filter)
    {
        await using var connection = await Open().OpenConnectionAsync(Cancellation);
        foreach (var cursor in new[] { "", " AND (updated, id) < (5, 'x')" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"EXPLAIN QUERY PLAN {Internal.TaskReads.PageOf($" WHERE owner = 'alice'{filter}{cursor}")}";
            command.Parameters.Add(new SqliteParameter("@limit", 51));
            List<string> plan = [];
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
                plan.Add(reader.GetString(3));
            Assert.Contains("USING INDEX a2a_tasks_by_", plan.Single(), StringComparison.Ordinal);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
