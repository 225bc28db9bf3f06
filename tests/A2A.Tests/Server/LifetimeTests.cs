using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>Stopping, starting again, and letting go of what nobody uses.</summary>
public sealed class LifetimeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static A2AClient Connect(TestServer server) =>
        new(server.CreateClient("alice", version: false), TestCards.Card(new Uri(server.Address, "/a2a").ToString()));

    [Fact]
    public async Task Stopping_the_server_ends_streams_and_fails_what_was_being_worked_on()
    {
        var store = new InMemoryTaskStore();
        var server = await TestServer.StartAsync(store: store);
        await using var events = Connect(server).SendStreamingMessageAsync(new() { Message = Message.FromUser("stubborn") }, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        var id = events.Current.Task!.Id;
        var stopping = server.StopAsync();
        var rest = await DrainAsync(events);
        Assert.Equal(TaskState.Failed, rest[^1].State);
        Assert.Contains("shut down", rest[^1].StatusUpdate!.Status.Message!.Text);
        await stopping;
        await server.DisposeAsync();
        Assert.Equal(TaskState.Failed, (await store.FindAsync("alice", id, null, true, Cancellation))!.Status.State);
    }

    [Fact]
    public async Task What_a_crash_left_unfinished_is_failed_at_the_next_start_and_what_waits_is_left_waiting()
    {
        var store = new InMemoryTaskStore();
        await store.AddAsync("alice", new() { Id = "w", ContextId = "c", Status = new() { State = TaskState.Working, Timestamp = DateTimeOffset.UnixEpoch } }, Cancellation);
        await store.AddAsync("alice", new() { Id = "a", ContextId = "c", Status = new() { State = TaskState.AuthRequired, Timestamp = DateTimeOffset.UnixEpoch } }, Cancellation);
        await store.AddAsync("alice", new() { Id = "i", ContextId = "c", Status = new() { State = TaskState.InputRequired, Timestamp = DateTimeOffset.UnixEpoch } }, Cancellation);
        await using var server = await TestServer.StartAsync(store: store, configure: options => options.Retention = options.InterruptedRetention = null);
        Assert.Equal(TaskState.Failed, (await Connect(server).GetTaskAsync("w", cancellationToken: Cancellation)).Status.State);
        Assert.Equal(TaskState.Failed, (await Connect(server).GetTaskAsync("a", cancellationToken: Cancellation)).Status.State);
        var done = await Connect(server).SendMessageAsync(new() { Message = Message.FromUser("echo", taskId: "i") }, Cancellation);
        Assert.Equal(TaskState.Completed, done.Task!.Status.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_executor_that_waits_for_an_authorization_which_nobody_gives_is_stopped()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time, configure: options => options.InterruptedRetention = TimeSpan.FromMinutes(10));
        await using var events = Connect(server).SendStreamingMessageAsync(new() { Message = Message.FromUser("approve never") }, cancellation).GetAsyncEnumerator(cancellation);
        while (await events.MoveNextAsync() && events.Current.State != TaskState.AuthRequired)
        {
        }
        var next = events.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(3));
            await Task.Yield();
        }
        Assert.True(await next);
        Assert.Equal(TaskState.Failed, events.Current.State);
        Assert.True(await EventuallyAsync(() => server.Server.LiveTaskCount == 0));
    }

    [Fact]
    public async Task A_task_that_nobody_uses_holds_no_memory()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 5; i++)
            await Connect(server).SendMessageAsync(new() { Message = Message.FromUser("ask") }, Cancellation);
        Assert.True(await EventuallyAsync(() => server.Server.LiveTaskCount == 0));
    }

    private static async Task<bool> EventuallyAsync(Func<bool> condition)
    {
        while (!condition() && !Cancellation.IsCancellationRequested)
            await Task.Yield();
        return condition();
    }

    private static async Task<List<StreamResponse>> DrainAsync(IAsyncEnumerator<StreamResponse> events)
    {
        List<StreamResponse> all = [];
        while (await events.MoveNextAsync())
            all.Add(events.Current);
        return all;
    }
}
