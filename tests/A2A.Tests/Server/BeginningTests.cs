using System.Net;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>Between a task's first moment in the store and the first look at its message.</summary>
public sealed class BeginningTests
{
    private const string WithWebhook =
        """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"echo"}]},"configuration":{"taskPushNotificationConfig":{"id":"p","url":"https://a.example/"}}}""";

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_hangs_up_while_its_task_is_being_made_leaves_one_that_ends()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = new HookedStore();
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(store: store, configure: options => options.CaptureState = context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            return null;
        });
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var made = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Added = async id =>
        {
            await hangUp.CancelAsync();
            await aborted.Task.WaitAsync(cancellation);
            made.SetResult(id);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Http.PostAsync("/a2a/message:send", TestServer.Json(WithWebhook), hangUp.Token));
        var task = await made.Task.WaitAsync(cancellation);
        await server.WaitForAsync(task, TaskState.Completed);
        Assert.Equal("p", (await store.FindPushConfigsAsync("alice", task, cancellation)).Single().Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_follows_a_task_in_the_moment_in_which_it_is_stored_sees_all_of_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = new HookedStore();
        await using var server = await TestServer.StartAsync(store: store);
        var client = new A2AClient(server.CreateClient("alice", version: false), TestCards.Card(new Uri(server.Address, "/a2a").ToString()));
        IAsyncEnumerator<StreamResponse>? events = null;
        store.Added = async id =>
        {
            events = client.SubscribeToTaskAsync(id, cancellation).GetAsyncEnumerator(cancellation);
            Assert.True(await events.MoveNextAsync());
        };
        await client.SendMessageAsync(new() { Message = Message.FromUser("progress") }, cancellation);
        Assert.Equal(TaskState.Submitted, events!.Current.Task!.Status.State);
        List<TaskState?> states = [];
        while (await events.MoveNextAsync())
            states.Add(events.Current.State);
        Assert.Equal(6, states.Count);
        Assert.Equal(TaskState.Completed, states[^1]);
        await events.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_task_whose_message_comes_while_the_server_stops_is_failed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = new HookedStore();
        await using var server = await TestServer.StartAsync(store: store);
        var made = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Added = async id =>
        {
            await server.Server.StoppingAsync(cancellation);
            made.SetResult(id);
        };

        await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("echo"));

        var task = await made.Task.WaitAsync(cancellation);
        while (await store.FindAsync("alice", task, null, true, cancellation) is not { Status.State: TaskState.Failed })
            await Task.Delay(10, cancellation);
    }

    [Fact]
    public async Task A_task_that_is_not_stored_is_not_live_either()
    {
        var store = new HookedStore { Added = _ => throw new IOException("The disk is full.") };
        await using var server = await TestServer.StartAsync(store: store);
        Assert.Equal(HttpStatusCode.InternalServerError, (await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("echo"))).Status);
        Assert.Equal(0, server.Server.LiveTaskCount);
    }

    [Fact]
    public async Task A_task_that_cannot_be_begun_is_failed()
    {
        var store = new HookedStore { Pushing = () => throw new IOException("The disk is full.") };
        await using var server = await TestServer.StartAsync(store: store);
        Assert.Equal(HttpStatusCode.InternalServerError, (await server.RestAsync(HttpMethod.Post, "/message:send", WithWebhook)).Status);
        var (_, list) = await server.RestAsync(HttpMethod.Get, "/tasks");
        Assert.Equal("TASK_STATE_FAILED", list.GetProperty("tasks")[0].GetProperty("status").GetProperty("state").GetString());
        Assert.Equal(0, server.Server.LiveTaskCount);
    }
}
