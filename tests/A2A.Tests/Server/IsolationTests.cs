using System.Net;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>T40: what is another party's does not exist.</summary>
public sealed class IsolationTests
{
    public static TheoryData<string, string, string?> OnAnothersTask => new()
    {
        { "GET", "/tasks/{0}", null },
        { "POST", "/tasks/{0}:cancel", null },
        { "POST", "/tasks/{0}:subscribe", null },
        { "GET", "/tasks/{0}/pushNotificationConfigs", null },
        { "GET", "/tasks/{0}/pushNotificationConfigs/x", null },
        { "DELETE", "/tasks/{0}/pushNotificationConfigs/x", null },
        { "POST", "/tasks/{0}/pushNotificationConfigs", """{"url":"https://hooks.example/"}""" },
        { "POST", "/message:send", """{"message":{"messageId":"m","role":"ROLE_USER","taskId":"{0}","parts":[{"text":"echo"}]}}""" },
        { "POST", "/message:stream", """{"message":{"messageId":"m","role":"ROLE_USER","taskId":"{0}","parts":[{"text":"echo"}]}}""" },
    };

    [Theory]
    [MemberData(nameof(OnAnothersTask))]
    public Task Every_operation_on_anothers_waiting_task_answers_404_exactly_as_for_a_task_that_never_was(string method, string path, string? body) =>
        AttackAsync("ask", TaskState.InputRequired, method, path, body);

    [Theory]
    [MemberData(nameof(OnAnothersTask))]
    public Task Every_operation_on_anothers_running_task_answers_404_exactly_as_for_a_task_that_never_was(string method, string path, string? body) =>
        AttackAsync("approve a", TaskState.AuthRequired, method, path, body);

    private static async Task AttackAsync(string script, TaskState state, string method, string path, string? body)
    {
        await using var server = await TestServer.StartAsync();
        var task = (await server.RpcAsync("SendMessage", TestServer.Send(script))).GetProperty("result").GetProperty("task");
        var id = task.GetProperty("id").GetString()!;
        using var mallory = server.CreateClient("mallory");

        var stolen = await server.RestAsync(new(method), path.Replace("{0}", id), body?.Replace("{0}", id), mallory);
        var made = await server.RestAsync(new(method), path.Replace("{0}", "made-up"), body?.Replace("{0}", "made-up"), mallory);

        Assert.Equal(HttpStatusCode.NotFound, stolen.Status);
        Assert.Equal(made.Status, stolen.Status);
        Assert.Equal(made.Body.GetRawText(), stolen.Body.GetRawText().Replace(id, "made-up"));

        await server.WaitForAsync(id, state);
        server.Agent.Open("a");
    }

    [Fact]
    public async Task A_listing_has_ones_own_tasks_only_even_in_a_shared_context()
    {
        await using var server = await TestServer.StartAsync();
        using var bob = server.CreateClient("bob");
        await server.RpcAsync("SendMessage", TestServer.Send("echo", ""","contextId":"shared" """));
        await server.RpcAsync("SendMessage", TestServer.Send("echo", ""","contextId":"shared" """), bob);
        foreach (var http in new[] { server.Http, bob })
        {
            var (_, list) = await server.RestAsync(HttpMethod.Get, "/tasks?contextId=shared", http: http);
            Assert.Equal(1, list.GetProperty("totalSize").GetInt32());
            Assert.Single(list.GetProperty("tasks").EnumerateArray());
        }
    }

    [Fact]
    public async Task A_request_behind_which_nobody_is_known_is_refused_in_both_bindings()
    {
        await using var server = await TestServer.StartAsync();
        using var nobody = server.CreateClient(caller: null);
        var rest = await server.RestAsync(HttpMethod.Get, "/tasks", http: nobody);
        Assert.Equal(HttpStatusCode.Unauthorized, rest.Status);
        using var rpc = await nobody.PostAsync("/a2a", TestServer.Json("""{"jsonrpc":"2.0","id":1,"method":"ListTasks"}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, rpc.StatusCode);
    }

    [Fact]
    public void A_host_that_does_not_say_whose_requests_are_whose_does_not_start()
    {
        var options = new A2AServerOptions { Card = TestCards.Card("http://127.0.0.1/") };
        var exception = Assert.Throws<InvalidOperationException>(options.Validate);
        Assert.Contains("A2AServerOptions.Owner", exception.Message);
    }
}
