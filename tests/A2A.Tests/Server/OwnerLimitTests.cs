using System.Net;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>T38: what one caller can have kept and worked on is bounded, and the others have theirs.</summary>
public sealed class OwnerLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<(HttpStatusCode Status, string? Id)> SendAsync(TestServer server, string text, string more = "", HttpClient? http = null)
    {
        var (status, body) = await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send(text, more), http);
        return (status, status == HttpStatusCode.OK ? body.GetProperty("task").GetProperty("id").GetString() : null);
    }

    private static async Task<string[]> ListAsync(TestServer server, HttpClient? http = null) =>
        [.. (await server.RestAsync(HttpMethod.Get, "/tasks", http: http)).Body.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()!)];

    [Fact]
    public async Task The_oldest_tasks_that_ended_make_room_for_their_owners_new_ones()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time, configure: options => options.MaxTasksPerOwner = 3);
        using var bob = server.CreateClient("bob");
        var bobs = (await SendAsync(server, "echo", http: bob)).Id;
        List<string?> ids = [(await SendAsync(server, "ask")).Id];
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            ids.Add((await SendAsync(server, "echo")).Id);
        }
        Assert.Equal([ids[5], ids[4], ids[0]], await ListAsync(server));
        Assert.Equal([bobs], await ListAsync(server, bob));
    }

    [Fact]
    public async Task What_is_kept_for_an_owner_is_bounded_in_bytes()
    {
        const long Most = 256 * 1024;
        var store = new InMemoryTaskStore();
        await using var server = await TestServer.StartAsync(store: store, configure: options => options.MaxBytesPerOwner = Most);
        using var bob = server.CreateClient("bob");
        var bobs = (await SendAsync(server, "echo", http: bob)).Id;
        string? last = null;
        for (var i = 0; i < 30; i++)
            last = (await SendAsync(server, "reject " + new string('x', 16 * 1024))).Id;
        var kept = await store.MeasureAsync("alice", Cancellation);
        Assert.InRange(kept.Tasks, 2, 12);
        Assert.InRange(kept.Bytes, 1, Most);
        Assert.Contains(last, await ListAsync(server));
        Assert.Equal([bobs], await ListAsync(server, bob));
    }

    [Fact]
    public async Task Tasks_that_have_not_ended_are_kept_and_one_too_many_is_refused_to_their_owner_alone()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.MaxTasksPerOwner = 2);
        using var bob = server.CreateClient("bob");
        var first = (await SendAsync(server, "ask")).Id;
        var second = (await SendAsync(server, "ask")).Id;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(server, "echo")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, "echo", http: bob)).Status);
        Assert.Equal([second, first], await ListAsync(server));
        Assert.Equal(0, server.Server.LiveTaskCount);
        await server.RestAsync(HttpMethod.Post, $"/tasks/{first}:cancel");
        var third = await SendAsync(server, "echo");
        Assert.Equal(HttpStatusCode.OK, third.Status);
        Assert.Equal([third.Id, second], await ListAsync(server));
    }

    [Fact]
    public async Task Messages_that_continue_a_task_count()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.MaxBytesPerOwner = 256 * 1024);
        var id = (await SendAsync(server, "ask")).Id;
        var sent = 0;
        while ((await SendAsync(server, "ask " + new string('x', 16 * 1024), $$""","taskId":"{{id}}" """)).Status == HttpStatusCode.OK)
            Assert.InRange(++sent, 1, 8);
        Assert.InRange(sent, 4, 8);
        var history = (await server.RestAsync(HttpMethod.Get, $"/tasks/{id}")).Body.GetProperty("history").EnumerateArray();
        Assert.Equal(sent + 1, history.Count(message => message.GetProperty("role").GetString() == "ROLE_USER"));
    }

    [Fact]
    public async Task Webhooks_count()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.MaxBytesPerOwner = 64 * 1024);
        var id = (await SendAsync(server, "ask")).Id;
        string Config(int i) => $$"""{"id":"{{i}}","url":"https://a.example/","token":"{{new string('x', 8192)}}"}""";
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
            answers.Add((await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", Config(i))).Status);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], answers[..3]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answers[^1]);
        await server.RestAsync(HttpMethod.Delete, $"/tasks/{id}/pushNotificationConfigs/0");
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", Config(0))).Status);
    }

    [Fact]
    public async Task Whoever_is_refused_again_and_again_is_not_measured_again_and_again()
    {
        var store = new HookedStore();
        await using var server = await TestServer.StartAsync(store: store, configure: options => options.MaxTasksPerOwner = 1);
        await SendAsync(server, "ask");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(server, "echo")).Status);
        var measured = store.Measured;
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(server, "echo")).Status);
        Assert.Equal(measured, store.Measured);
    }

    [Fact]
    public async Task An_owner_with_as_many_tasks_at_work_as_one_may_have_leaves_room_for_others()
    {
        await using var server = await TestServer.StartAsync(configure: options => options.MaxLiveTasksPerOwner = 1);
        using var bob = server.CreateClient("bob");
        var first = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"wait a"}]},"configuration":{"returnImmediately":true}}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(server, "echo")).Status);
        Assert.Single(await ListAsync(server));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, "echo", http: bob)).Status);
        server.Agent.Open("a");
        await server.WaitForAsync(first.GetProperty("result").GetProperty("task").GetProperty("id").GetString()!, TaskState.Completed);
        while ((await SendAsync(server, "echo")).Status != HttpStatusCode.OK)
        {
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_has_as_many_tasks_at_work_as_one_may_have_does_not_keep_the_server_from_ending_others()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await TestServer.StartAsync(time: time, configure: options =>
        {
            options.MaxLiveTasks = options.MaxLiveTasksPerOwner = 1;
            options.InterruptedRetention = TimeSpan.FromMinutes(4);
        });
        var asked = (await SendAsync(server, "ask")).Id;
        while (server.Server.LiveTaskCount > 0)
            await Task.Yield();
        await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"wait b"}]},"configuration":{"returnImmediately":true}}""");
        JsonElement status;
        do
        {
            time.Advance(TimeSpan.FromMinutes(1));
            status = (await server.RestAsync(HttpMethod.Get, $"/tasks/{asked}")).Body.GetProperty("status");
            cancellation.ThrowIfCancellationRequested();
        }
        while (status.GetProperty("state").GetString() != "TASK_STATE_FAILED");
        server.Agent.Open("b");
    }

    [Fact]
    public void What_is_small_on_the_wire_counts_as_what_it_takes()
    {
        const int Count = 1000;
        var parts = new Message { Parts = [.. Enumerable.Range(0, Count).Select(_ => Part.FromText(""))] };
        var metadata = new Message { Metadata = Enumerable.Range(0, Count).ToDictionary(i => $"{i}", _ => JsonElement.Parse("0")) };
        var numbers = new Message { Parts = [Part.FromData(JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat(0, Count))}]"))] };
        Assert.True(TaskSize.Of(parts) > 100 * Count);
        Assert.True(TaskSize.Of(metadata) > 100 * Count);
        Assert.True(TaskSize.Of(numbers) > 12 * Count);
    }
}
