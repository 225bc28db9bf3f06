using System.Net;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>A2A §5.4: each error has its code in both bindings.</summary>
public sealed class ErrorTests
{
    public static TheoryData<string, string, string, string, string?, int, int, string> Errors => new()
    {
        { "GetTask", """{"id":"none"}""", "GET", "/tasks/none", null, -32001, 404, "TASK_NOT_FOUND" },
        { "CancelTask", """{"id":"none"}""", "POST", "/tasks/none:cancel", null, -32001, 404, "TASK_NOT_FOUND" },
        { "ListTasks", """{"pageSize":150}""", "GET", "/tasks?pageSize=150", null, -32602, 400, "INVALID_PARAMS" },
        { "ListTasks", """{"pageToken":"junk"}""", "GET", "/tasks?pageToken=junk", null, -32602, 400, "INVALID_PARAMS" },
        { "ListTasks", """{"status":"TASK_STATE_RUNNING"}""", "GET", "/tasks?status=TASK_STATE_RUNNING", null, -32602, 400, "INVALID_PARAMS" },
        { "GetExtendedAgentCard", "{}", "GET", "/extendedAgentCard", null, -32004, 400, "UNSUPPORTED_OPERATION" },
        { "SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","mediaType":"image/png"}]}}""", "POST", "/message:send",
            """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","mediaType":"image/png"}]}}""", -32005, 400, "CONTENT_TYPE_NOT_SUPPORTED" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_has_its_code_in_both_bindings(string rpc, string parameters, string method, string path, string? body, int code, int status, string reason)
    {
        await using var server = await TestServer.StartAsync();
        var error = (await server.RpcAsync(rpc, parameters)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        AssertInfo(error.GetProperty("data")[0], reason);

        var rest = await server.RestAsync(new(method), path, body);
        Assert.Equal((HttpStatusCode)status, rest.Status);
        Assert.Equal(status, rest.Body.GetProperty("error").GetProperty("code").GetInt32());
        AssertInfo(rest.Body.GetProperty("error").GetProperty("details")[0], reason);
    }

    private static void AssertInfo(JsonElement detail, string reason)
    {
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", detail.GetProperty("@type").GetString());
        Assert.Equal("a2a-protocol.org", detail.GetProperty("domain").GetString());
        Assert.Equal(reason, detail.GetProperty("reason").GetString());
    }

    public static TheoryData<string, string, string, string, string?, int, string> NotAnnounced => new()
    {
        { "CreateTaskPushNotificationConfig", """{"taskId":"x","url":"https://x.example/"}""", "POST", "/tasks/x/pushNotificationConfigs", """{"url":"https://x.example/"}""", -32003, "PUSH_NOTIFICATION_NOT_SUPPORTED" },
        { "GetTaskPushNotificationConfig", """{"taskId":"x","id":"p"}""", "GET", "/tasks/x/pushNotificationConfigs/p", null, -32003, "PUSH_NOTIFICATION_NOT_SUPPORTED" },
        { "ListTaskPushNotificationConfigs", """{"taskId":"x"}""", "GET", "/tasks/x/pushNotificationConfigs", null, -32003, "PUSH_NOTIFICATION_NOT_SUPPORTED" },
        { "DeleteTaskPushNotificationConfig", """{"taskId":"x","id":"p"}""", "DELETE", "/tasks/x/pushNotificationConfigs/p", null, -32003, "PUSH_NOTIFICATION_NOT_SUPPORTED" },
        { "SubscribeToTask", """{"id":"x"}""", "POST", "/tasks/x:subscribe", null, -32004, "UNSUPPORTED_OPERATION" },
        { "SendStreamingMessage", TestServer.Send("echo"), "POST", "/message:stream", TestServer.Send("echo"), -32004, "UNSUPPORTED_OPERATION" },
    };

    [Theory]
    [MemberData(nameof(NotAnnounced))]
    public async Task What_the_card_does_not_announce_is_refused(string rpc, string parameters, string method, string path, string? body, int code, string reason)
    {
        await using var server = await TestServer.StartAsync(options => options.Card = options.Card! with { Capabilities = new() });
        await AssertErrorAsync(server, rpc, parameters, method, path, body, code, reason);
    }

    [Fact]
    public async Task A_task_that_has_ended_cannot_be_canceled()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("echo"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString();
        await AssertErrorAsync(server, "CancelTask", $$"""{"id":"{{id}}"}""", "POST", $"/tasks/{id}:cancel", null, -32002, "TASK_NOT_CANCELABLE");
    }

    [Fact]
    public async Task An_extended_card_that_is_announced_and_missing_is_not_configured()
    {
        await using var server = await TestServer.StartAsync(options => options.Card = options.Card! with { Capabilities = new() { ExtendedAgentCard = true } });
        await AssertErrorAsync(server, "GetExtendedAgentCard", "{}", "GET", "/extendedAgentCard", null, -32007, "EXTENDED_AGENT_CARD_NOT_CONFIGURED");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0.3")]
    [InlineData("2.0")]
    [InlineData("1")]
    [InlineData("nonsense")]
    public async Task Another_version_or_none_is_refused(string? version)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.CreateClient("alice", version: false);
        if (version is not null)
            http.DefaultRequestHeaders.TryAddWithoutValidation("A2A-Version", version);
        var rpc = await server.RpcAsync("ListTasks", "{}", http);
        Assert.Equal(-32009, rpc.GetProperty("error").GetProperty("code").GetInt32());
        var rest = await server.RestAsync(HttpMethod.Get, "/tasks", http: http);
        Assert.Equal(HttpStatusCode.BadRequest, rest.Status);
        Assert.Equal("VERSION_NOT_SUPPORTED", rest.Body.GetProperty("error").GetProperty("details")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task The_version_may_be_a_query_parameter_and_a_patch_number_does_not_count()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.CreateClient("alice", version: false);
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Get, "/tasks?A2A-Version=1.0", http: http)).Status);
        http.DefaultRequestHeaders.Add("A2A-Version", "1.0.7");
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Get, "/tasks", http: http)).Status);
    }

    [Fact]
    public async Task A_required_extension_must_be_declared_and_those_in_use_are_echoed()
    {
        await using var server = await TestServer.StartAsync(options => options.Card = options.Card! with
        {
            Capabilities = new() { Extensions = [new() { Uri = "https://x.example/a", Required = true }, new() { Uri = "https://x.example/b" }] },
        });
        await AssertErrorAsync(server, "SendMessage", TestServer.Send("echo"), "POST", "/message:send", TestServer.Send("echo"), -32008, "EXTENSION_SUPPORT_REQUIRED");
        server.Http.DefaultRequestHeaders.Add("A2A-Extensions", "https://x.example/a, https://x.example/unknown");
        using var response = await server.Http.PostAsync("/a2a/message:send", TestServer.Json(TestServer.Send("echo")), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("https://x.example/a", response.Headers.GetValues("A2A-Extensions").Single());
        Assert.Equal(["https://x.example/a"], server.Agent.LastExtensions!);
    }

    /// <summary>The error in both bindings; over HTTP each of these is 400 FAILED_PRECONDITION.</summary>
    private static async Task AssertErrorAsync(TestServer server, string rpc, string parameters, string method, string path, string? body, int code, string reason)
    {
        var error = (await server.RpcAsync(rpc, parameters)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        AssertInfo(error.GetProperty("data")[0], reason);

        var rest = await server.RestAsync(new(method), path, body);
        Assert.Equal(HttpStatusCode.BadRequest, rest.Status);
        Assert.Equal(400, rest.Body.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal("FAILED_PRECONDITION", rest.Body.GetProperty("error").GetProperty("status").GetString());
        AssertInfo(rest.Body.GetProperty("error").GetProperty("details")[0], reason);
    }
}
