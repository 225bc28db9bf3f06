using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.ServiceDefaults;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.A2A.Mesh.Tests.Skills;

public sealed class Postgres : PostgresCluster, IAsyncLifetime;

/// <summary>Tasks that are kept in a database outlive their agent's process, and stay their owner's.</summary>
public sealed class TaskDatabaseTests(Postgres postgres) : IAsyncLifetime, IClassFixture<Postgres>
{
    private readonly ChainMesh _mesh = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tasks");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_task_outlives_its_agents_process_and_is_found_by_its_owner_only(string store)
    {
        var settings = await SettingsAsync(store);
        var first = await StartAsync("back", settings);
        var ann = await _mesh.Caller("ann").ClientAsync("read", "back.read");
        var bob = await _mesh.Caller("bob").ClientAsync("read", "back.read");
        var ended = (await ann.SendMessageAsync(new() { Message = ToRead("read") }, Cancellation)).Task!;
        var waiting = (await ann.SendMessageAsync(new() { Message = ToRead("wait") }, Cancellation)).Task!;
        await first.DisposeAsync();

        await StartAsync("back", settings);

        Assert.Equal(TaskState.Completed, (await ann.GetTaskAsync(ended.Id, cancellationToken: Cancellation)).Status.State);
        Assert.Equal(2, (await ann.ListTasksAsync(new(), Cancellation)).TotalSize);
        Assert.Equal(A2AErrorCode.TaskNotFound, (await Assert.ThrowsAsync<A2AException>(() => bob.GetTaskAsync(ended.Id, cancellationToken: Cancellation))).Code);
        Assert.Equal(0, (await bob.ListTasksAsync(new(), Cancellation)).TotalSize);
        var answered = await ann.SendMessageAsync(new() { Message = ToRead("read") with { TaskId = waiting.Id } }, Cancellation);
        Assert.Equal((waiting.Id, TaskState.Completed), (answered.Task!.Id, answered.Task.Status.State));
    }

    [Fact]
    public async Task Agents_that_share_a_database_do_not_share_tasks()
    {
        var settings = await SettingsAsync("postgresql");
        await StartAsync("back", settings);
        var ann = await _mesh.Caller("ann").ClientAsync("read", "back.read");
        var waiting = (await ann.SendMessageAsync(new() { Message = ToRead("hold"), Configuration = new() { ReturnImmediately = true } }, Cancellation)).Task!;

        var rogue = await StartAsync("rogue", settings);

        // What another agent works on is not failed because this one starts.
        Assert.False((await ann.GetTaskAsync(waiting.Id, cancellationToken: Cancellation)).Status.State.IsTerminal());
        Assert.Null(await rogue.Services.GetRequiredService<ITaskStore>().FindAsync(ChainManifest.IdOf("ann"), waiting.Id, null, true, Cancellation));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=mesh;Password=very-secret;Database=none", "cannot be kept there")]
    [InlineData("Nonsense=very-secret", "no connection string")]
    public async Task A_database_that_cannot_be_used_is_named_by_its_setting_and_never_with_its_password(string connectionString, string why)
    {
        var fault = await Assert.ThrowsAsync<StartupException>(() => StartAsync("back", [("Mesh:Tasks:Store", "postgresql"), ("Mesh:Tasks:ConnectionString", connectionString)]));

        Assert.Contains("Mesh:Tasks:ConnectionString", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_to_keep_tasks_and_has_no_database_does_not_start()
    {
        var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => _mesh.StartAsync("back", builder =>
        {
            builder.Configuration["Mesh:Tasks:Store"] = "sqlite";
            builder.AddSkill<ReadSkill>();
        }));
        Assert.Contains("Mesh:Tasks:Store", fault.Message, StringComparison.Ordinal);
    }

    private async Task<(string, string)[]> SettingsAsync(string store)
    {
        if (store == "sqlite")
            return [("Mesh:Tasks:Store", store)];
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        return [("Mesh:Tasks:Store", store), ("Mesh:Tasks:ConnectionString", await postgres.CreateDatabaseAsync())];
    }

    private Task<RunningAgent> StartAsync(string name, (string Key, string Value)[] settings) => _mesh.StartAsync(name, builder =>
    {
        builder.Configuration["Mesh:DataDirectory"] = Path.Combine(_folder.FullName, name);
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        TaskDatabase.Add(builder);
        builder.AddSkill<ReadSkill>();
    });

    private static Message ToRead(string text) => Message.FromUser(text) with { Metadata = SkillName.Metadata("read") };

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
