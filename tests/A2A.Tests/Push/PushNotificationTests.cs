using System.Net;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Push;

public sealed class PushNotificationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static void AllowLoopback(A2AServerOptions options)
    {
        options.Push.AllowHttp = true;
        options.Push.AllowedNetworks.Add(IPNetwork.Parse("127.0.0.0/8"));
        options.Push.FirstDelay = TimeSpan.Zero;
    }

    private static string Send(string text, Uri webhook) =>
        $$$$"""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"{{{{text}}}}"}]},"configuration":{"taskPushNotificationConfig":{"url":"{{{{webhook}}}}hook","token":"mine","authentication":{"scheme":"Bearer","credentials":"secret"} } } }""";

    [Fact]
    public async Task Each_event_is_posted_in_order_with_the_credentials_it_asks_for()
    {
        await using var webhook = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(AllowLoopback);
        var task = (await server.RpcAsync("SendMessage", Send("progress", webhook.Address))).GetProperty("result").GetProperty("task");
        List<string> states = [];
        do
        {
            var notification = await webhook.Received.Reader.ReadAsync(Cancellation);
            var update = JsonElement.Parse(notification.Body).GetProperty("statusUpdate");
            Assert.Equal(task.GetProperty("id").GetString(), update.GetProperty("taskId").GetString());
            states.Add(update.GetProperty("status").GetProperty("state").GetString()!);
            if (states.Count > 1)
                continue;
            Assert.Equal("Bearer secret", notification.Headers["Authorization"]);
            Assert.Equal("mine", notification.Headers["X-A2A-Notification-Token"]);
            Assert.Equal("application/a2a+json", notification.Headers["Content-Type"]);
        }
        while (states[^1] != "TASK_STATE_COMPLETED");
        Assert.Equal(["TASK_STATE_WORKING", "TASK_STATE_WORKING", "TASK_STATE_WORKING", "TASK_STATE_WORKING", "TASK_STATE_WORKING", "TASK_STATE_COMPLETED"], states);
    }

    [Fact]
    public async Task A_notification_is_tried_again_when_the_webhook_fails()
    {
        await using var webhook = await WebhookReceiver.StartAsync(500, 503, 429);
        await using var server = await TestServer.StartAsync(AllowLoopback);
        await server.RpcAsync("SendMessage", Send("echo", webhook.Address));
        var notification = await webhook.Received.Reader.ReadAsync(Cancellation);
        Assert.Contains("TASK_STATE_WORKING", notification.Body);
        Assert.Equal(4, notification.Attempt);
    }

    [Fact]
    public async Task A_webhook_that_says_no_is_given_up_and_the_task_is_none_the_worse()
    {
        await using var dead = await WebhookReceiver.StartAsync(410);
        await using var server = await TestServer.StartAsync(AllowLoopback);
        var task = (await server.RpcAsync("SendMessage", Send("ask", dead.Address))).GetProperty("result").GetProperty("task");
        var id = task.GetProperty("id").GetString();
        await using var live = await WebhookReceiver.StartAsync();
        await server.RpcAsync("CreateTaskPushNotificationConfig", $$"""{"taskId":"{{id}}","url":"{{live.Address}}"}""");
        await server.RpcAsync("SendMessage", TestServer.Send("echo", $$""","taskId":"{{id}}" """));
        await ReadUntilAsync(live, "TASK_STATE_COMPLETED");
    }

    [Fact]
    public async Task A_webhook_that_is_deleted_gets_nothing_more()
    {
        await using var deleted = await WebhookReceiver.StartAsync();
        await using var kept = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(AllowLoopback);
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString();
        await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", $$"""{"id":"gone","url":"{{deleted.Address}}"}""");
        await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", $$"""{"id":"kept","url":"{{kept.Address}}"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await server.RestAsync(HttpMethod.Delete, $"/tasks/{id}/pushNotificationConfigs/gone")).Status);
        await server.RpcAsync("SendMessage", TestServer.Send("echo", $$""","taskId":"{{id}}" """));
        await ReadUntilAsync(kept, "TASK_STATE_COMPLETED");
        Assert.Equal(0, deleted.Attempts);
    }

    [Theory]
    [InlineData("token", "\"token\":\"a\\r\\nX-Injected: 1\"")]
    [InlineData("authentication.scheme", "\"authentication\":{\"scheme\":\"Bearer\\nX: 1\",\"credentials\":\"c\"}")]
    [InlineData("authentication.credentials", "\"authentication\":{\"scheme\":\"Bearer\",\"credentials\":\"c\\r\\nX: 1\"}")]
    [InlineData("authentication.scheme", "\"authentication\":{\"credentials\":\"c\"}")]
    public async Task Credentials_that_would_break_a_header_are_refused(string field, string member)
    {
        await using var server = await TestServer.StartAsync();
        var (status, body) = await server.RestAsync(HttpMethod.Post, "/tasks/t/pushNotificationConfigs", $$"""{"url":"https://a.example/",{{member}} }""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"\"{field}\"", body.GetRawText());
    }

    [Fact]
    public async Task A_task_has_only_so_many_webhooks()
    {
        await using var server = await TestServer.StartAsync(options => options.Push.MaxConfigsPerTask = 1);
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", """{"id":"a","url":"https://a.example/"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", """{"id":"a","url":"https://b.example/"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", """{"id":"b","url":"https://b.example/"}""")).Status);
    }

    [Fact]
    public async Task Webhooks_that_are_made_at_once_are_no_more_than_a_task_may_have()
    {
        var store = new HookedStore();
        await using var server = await TestServer.StartAsync(options => options.Push.MaxConfigsPerTask = 8, store);
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString()!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", $$"""{"id":"p{{i}}","url":"https://a.example/"}""")));
        Assert.Equal(8, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(8, (await store.FindPushConfigsAsync("alice", id, Cancellation)).Count);
    }

    /// <summary>Between two messages nobody uses the task; what is queued is delivered all the same, and first.</summary>
    [Fact]
    public async Task The_order_holds_when_a_task_goes_on_before_its_webhook_has_caught_up()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await WebhookReceiver.StartAsync(go.Task);
        await using var swift = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(AllowLoopback);
        var id = await AskAsync(server, slow, swift);
        await server.RpcAsync("SendMessage", TestServer.Send("echo", $$""","taskId":"{{id}}" """));
        await ReadUntilAsync(swift, "TASK_STATE_COMPLETED");
        Assert.Equal(1, slow.Attempts);
        go.SetResult();
        List<string> got = [];
        do
            got.Add(Event((await slow.Received.Reader.ReadAsync(Cancellation)).Body));
        while (got[^1] != "TASK_STATE_COMPLETED");
        Assert.Equal(["TASK_STATE_INPUT_REQUIRED", "TASK_STATE_WORKING", "artifact", "TASK_STATE_COMPLETED"], got[^4..]);
    }

    [Fact]
    public async Task A_webhook_that_is_deleted_gets_nothing_more_of_what_is_queued_either()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await WebhookReceiver.StartAsync(go.Task);
        await using var swift = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(AllowLoopback);
        var id = await AskAsync(server, slow, swift);
        Assert.Equal(HttpStatusCode.NoContent, (await server.RestAsync(HttpMethod.Delete, $"/tasks/{id}/pushNotificationConfigs/slow")).Status);
        go.SetResult();
        await server.RpcAsync("SendMessage", TestServer.Send("echo", $$""","taskId":"{{id}}" """));
        await ReadUntilAsync(swift, "TASK_STATE_COMPLETED");
        Assert.Equal(1, slow.Attempts);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_owner_that_may_not_be_notified_any_more_is_not_and_its_webhook_is_gone()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var webhook = await WebhookReceiver.StartAsync();
        await using var bobs = await WebhookReceiver.StartAsync();
        var revoked = "nobody";
        await using var server = await TestServer.StartAsync(options =>
        {
            AllowLoopback(options);
            options.Push.MayNotify = owner => owner != Volatile.Read(ref revoked);
        });
        using var bob = server.CreateClient("bob");
        var id = (await server.RpcAsync("SendMessage", Send("approve go", webhook.Address))).GetProperty("result").GetProperty("task").GetProperty("id").GetString();
        await server.RpcAsync("SendMessage", Send("approve go", bobs.Address), bob);
        await ReadUntilAsync(webhook, "TASK_STATE_AUTH_REQUIRED");
        var before = webhook.Attempts;

        Volatile.Write(ref revoked, "alice");
        server.Agent.Open("go");

        await ReadUntilAsync(bobs, "TASK_STATE_COMPLETED");
        while ((await server.RestAsync(HttpMethod.Get, $"/tasks/{id}/pushNotificationConfigs")).Body.GetProperty("configs").GetArrayLength() > 0)
        {
            Assert.Equal(before, webhook.Attempts);
            cancellation.ThrowIfCancellationRequested();
        }
        Assert.Equal(before, webhook.Attempts);
    }

    [Fact]
    public async Task An_owner_of_whom_it_cannot_be_told_now_is_notified_when_it_can()
    {
        await using var webhook = await WebhookReceiver.StartAsync();
        var asked = 0;
        await using var server = await TestServer.StartAsync(options =>
        {
            AllowLoopback(options);
            options.Push.MayNotify = _ => Interlocked.Increment(ref asked) > 3 ? true : null;
        });
        await server.RpcAsync("SendMessage", Send("echo", webhook.Address));
        var notification = await webhook.Received.Reader.ReadAsync(Cancellation);
        Assert.Contains("TASK_STATE_WORKING", notification.Body);
        Assert.Equal((1, 4), (notification.Attempt, Math.Min(asked, 4)));
        await ReadUntilAsync(webhook, "TASK_STATE_COMPLETED");
    }

    /// <summary>A task with both webhooks that waits for its client and that nobody uses, while the slow one has not taken its first notification.</summary>
    private static async Task<string> AskAsync(TestServer server, WebhookReceiver slow, WebhookReceiver swift)
    {
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString()!;
        await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", $$"""{"id":"slow","url":"{{slow.Address}}"}""");
        await server.RestAsync(HttpMethod.Post, $"/tasks/{id}/pushNotificationConfigs", $$"""{"id":"swift","url":"{{swift.Address}}"}""");
        await server.RpcAsync("SendMessage", TestServer.Send("ask", $$""","taskId":"{{id}}" """));
        await ReadUntilAsync(swift, "TASK_STATE_INPUT_REQUIRED");
        while (server.Server.LiveTaskCount > 0 || slow.Attempts == 0)
            await Task.Yield();
        return id;
    }

    private static string Event(string body)
    {
        var json = JsonElement.Parse(body);
        return json.TryGetProperty("statusUpdate", out var update) ? update.GetProperty("status").GetProperty("state").GetString()! : "artifact";
    }

    private static async Task ReadUntilAsync(WebhookReceiver receiver, string text)
    {
        while (!(await receiver.Received.Reader.ReadAsync(Cancellation)).Body.Contains(text))
        {
        }
    }
}
