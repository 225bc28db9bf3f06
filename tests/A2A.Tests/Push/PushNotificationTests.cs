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

    private static async Task ReadUntilAsync(WebhookReceiver receiver, string text)
    {
        while (!(await receiver.Received.Reader.ReadAsync(Cancellation)).Body.Contains(text))
        {
        }
    }
}
