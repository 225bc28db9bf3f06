using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Server;

public sealed class StreamingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static A2AClient Connect(TestServer server) =>
        new(server.CreateClient("alice", version: false), TestCards.Card(new Uri(server.Address, "/a2a").ToString()));

    private static SendMessageRequest Send(string text) => new() { Message = Message.FromUser(text), Configuration = new() { ReturnImmediately = true } };

    [Fact]
    public async Task All_streams_of_a_task_see_the_same_events_in_the_same_order()
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server);
        var task = (await client.SendMessageAsync(Send("approve go"), Cancellation)).Task!;
        await server.WaitForAsync(task.Id, TaskState.AuthRequired);
        var subscribed = new List<Task<List<StreamResponse>>>();
        for (var i = 0; i < 20; i++)
        {
            var events = client.SubscribeToTaskAsync(task.Id, Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(TaskState.AuthRequired, events.Current.Task!.Status.State);
            subscribed.Add(DrainAsync(events));
        }
        server.Agent.Open("go");
        var seen = (await Task.WhenAll(subscribed)).Select(events => events.Select(each => $"{each.State} {each.StatusUpdate?.Status.Message?.MessageId}").ToList()).ToList();
        Assert.Equal(TaskState.Completed.ToString(), seen[0][^1].Trim());
        Assert.All(seen, events => Assert.Equal(seen[0], events));
    }

    [Fact]
    public async Task Closing_a_stream_changes_nothing_for_the_task_or_the_other_streams()
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server);
        var first = client.SendStreamingMessageAsync(new() { Message = Message.FromUser("wait b") }, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await first.MoveNextAsync());
        var id = first.Current.Task!.Id;
        await using var second = client.SubscribeToTaskAsync(id, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await second.MoveNextAsync());
        await first.DisposeAsync();
        server.Agent.Open("b");
        var rest = await DrainAsync(second);
        Assert.Equal(TaskState.Completed, rest[^1].State);
        Assert.Contains(rest, each => each.ArtifactUpdate?.Artifact.ArtifactId == "waited");
    }

    [Fact]
    public async Task Chunks_of_an_artifact_arrive_in_order_and_the_task_keeps_the_whole()
    {
        await using var server = await TestServer.StartAsync();
        var events = await Connect(server).SendStreamingMessageAsync(new() { Message = Message.FromUser("chunks 2000") }, Cancellation).ToListAsync(Cancellation);
        var chunks = events.Select(each => each.ArtifactUpdate).OfType<TaskArtifactUpdateEvent>().ToList();
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), chunks.Select(each => each.Artifact.Parts.Single().Text));
        Assert.All(chunks, each => Assert.True(each.Append));
        Assert.True(chunks[^1].LastChunk);
        var task = await Connect(server).GetTaskAsync(events[0].Task!.Id, cancellationToken: Cancellation);
        Assert.Equal(2000, task.Artifacts!.Single().Parts.Count);
    }

    [Fact]
    public async Task A_stream_ends_when_the_agent_asks_and_stays_open_while_it_awaits_an_authorization()
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server);
        var asked = await client.SendStreamingMessageAsync(new() { Message = Message.FromUser("ask") }, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(TaskState.InputRequired, asked[^1].State);

        await using var awaited = client.SendStreamingMessageAsync(new() { Message = Message.FromUser("approve y") }, Cancellation).GetAsyncEnumerator(Cancellation);
        while (await awaited.MoveNextAsync() && awaited.Current.State != TaskState.AuthRequired)
        {
        }
        server.Agent.Open("y");
        Assert.Equal(TaskState.Completed, (await DrainAsync(awaited))[^1].State);
    }

    [Fact]
    public async Task Whoever_subscribes_to_a_task_that_waits_for_input_sees_what_another_message_starts()
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server);
        var task = (await client.SendMessageAsync(new() { Message = Message.FromUser("ask") }, Cancellation)).Task!;
        await using var events = client.SubscribeToTaskAsync(task.Id, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        await client.SendMessageAsync(new() { Message = Message.FromUser("echo it", taskId: task.Id) }, Cancellation);
        Assert.Contains(await DrainAsync(events), each => each.ArtifactUpdate is not null);
    }

    [Fact]
    public async Task A_silent_stream_is_kept_alive_by_comments()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a2a/message:stream") { Content = TestServer.Json(TestServer.Send("wait c")) };
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        string? line;
        while ((line = await reader.ReadLineAsync(Cancellation)) is not null && !line.Contains("waiting"))
        {
        }
        var next = ReadCommentAsync(reader);
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }
        Assert.Equal(": keep-alive", await next);
        server.Agent.Open("c");

        static async Task<string?> ReadCommentAsync(StreamReader reader)
        {
            string? line;
            while ((line = await reader.ReadLineAsync(Cancellation)) is not null && !line.StartsWith(':'))
            {
            }
            return line;
        }
    }

    /// <summary>T38: 20 MB, far more than sockets hold, to a client that does not read.</summary>
    [Fact]
    public async Task A_client_that_stops_reading_is_cut_off_and_the_task_and_the_other_streams_go_on()
    {
        const int Count = 320;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time, configure: options => options.StreamWindow = 4);
        using var stalled = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a2a/message:stream") { Content = TestServer.Json(TestServer.Send($"flood go {Count}")) };
        request.Headers.Add(TestServer.CallerHeader, "alice");
        request.Headers.Add("A2A-Version", "1.0");
        using var response = await stalled.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var client = Connect(server);
        var id = (await client.ListTasksAsync(new(), Cancellation)).Tasks.Single().Id;
        await using var events = client.SubscribeToTaskAsync(id, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        server.Agent.Open("go");
        List<string> seen = [];
        while (true)
        {
            // The clock stands still while this reader keeps up; when nothing more comes, the agent is waiting for the stalled one.
            var next = events.MoveNextAsync().AsTask();
            while (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1), Cancellation)) != next)
                time.Advance(TimeSpan.FromSeconds(10));
            if (!await next)
                break;
            if (events.Current.ArtifactUpdate is { } update)
                seen.Add(update.Artifact.Parts[0].Text!);
        }
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), seen);
        Assert.Equal(TaskState.Completed, (await client.GetTaskAsync(id, cancellationToken: Cancellation)).Status.State);
    }

    private static async Task<List<StreamResponse>> DrainAsync(IAsyncEnumerator<StreamResponse> events)
    {
        List<StreamResponse> all = [];
        while (await events.MoveNextAsync())
            all.Add(events.Current);
        return all;
    }
}
