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

    [Fact]
    public async Task What_the_card_does_not_announce_is_refused()
    {
        await using var server = await TestServer.StartAsync(options => options.Card = options.Card! with { Capabilities = new() });
        Assert.Equal(-32003, await CodeAsync(server, "ListTaskPushNotificationConfigs", """{"taskId":"x"}"""));
        Assert.Equal(-32004, await CodeAsync(server, "SubscribeToTask", """{"id":"x"}"""));
        Assert.Equal(-32004, await CodeAsync(server, "SendStreamingMessage", TestServer.Send("echo")));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RestAsync(HttpMethod.Post, "/message:stream", TestServer.Send("echo"))).Status);
    }

    [Fact]
    public async Task An_extended_card_that_is_announced_and_missing_is_not_configured()
    {
        await using var server = await TestServer.StartAsync(options => options.Card = options.Card! with { Capabilities = new() { ExtendedAgentCard = true } });
        Assert.Equal(-32007, await CodeAsync(server, "GetExtendedAgentCard", "{}"));
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
        Assert.Equal(-32008, await CodeAsync(server, "SendMessage", TestServer.Send("echo")));
        server.Http.DefaultRequestHeaders.Add("A2A-Extensions", "https://x.example/a, https://x.example/unknown");
        using var response = await server.Http.PostAsync("/a2a/message:send", TestServer.Json(TestServer.Send("echo")), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("https://x.example/a", response.Headers.GetValues("A2A-Extensions").Single());
        Assert.Equal(["https://x.example/a"], server.Agent.LastExtensions!);
    }

    private static async Task<int> CodeAsync(TestServer server, string method, string parameters) =>
        (await server.RpcAsync(method, parameters)).GetProperty("error").GetProperty("code").GetInt32();
}
