using System.Net;
using System.Text;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Server;

/// <summary>T38 and A2A §5.7: what is malformed is refused with the field's name, and nothing breaks.</summary>
public sealed class HostileInputTests
{
    [Theory]
    [InlineData("""{}""", "message")]
    [InlineData("""{"message":null}""", "message")]
    [InlineData("""{"message":{"role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.messageId")]
    [InlineData("""{"message":{"messageId":"","role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.messageId")]
    [InlineData("""{"message":{"messageId":"m","parts":[{"text":"x"}]}}""", "message.role")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_GOD","parts":[{"text":"x"}]}}""", "message.role")]
    [InlineData("""{"message":{"messageId":"m","role":77,"parts":[{"text":"x"}]}}""", "message.role")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER"}}""", "message.parts")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[]}}""", "message.parts")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[null]}}""", "message.parts[0]")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{}]}}""", "message.parts[0]")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","url":"y"}]}}""", "message.parts[0]")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"raw":"***"}]}}""", "message.parts[0]")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":5}]}}""", "message.parts[0]")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":{}}}""", "message.parts")]
    [InlineData("""{"message":{"messageId":["m"],"role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.messageId")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}],"metadata":[]}}""", "message.metadata")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"historyLength":-1}}""", "configuration.historyLength")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"historyLength":1.5}}""", "configuration.historyLength")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"returnImmediately":"yes"}}""", "configuration.returnImmediately")]
    public async Task A_request_that_is_wrong_is_refused_naming_the_field(string parameters, string field)
    {
        await using var server = await TestServer.StartAsync();
        var error = (await server.RpcAsync("SendMessage", parameters)).GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        AssertViolation(error.GetProperty("data"), field);
        Assert.DoesNotContain("System.", error.GetRawText());
        Assert.DoesNotContain("AgentMesh", error.GetRawText());

        var (status, body) = await server.RestAsync(HttpMethod.Post, "/message:send", parameters);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        AssertViolation(body.GetProperty("error").GetProperty("details"), field);
    }

    /// <summary>What one store keeps and another cannot, or what breaks a line of a log, is no id.</summary>
    [Theory]
    [InlineData("SendMessage", """{"message":{"messageId":"m\u0000","role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.messageId")]
    [InlineData("SendMessage", """{"message":{"messageId":"m","contextId":"a\u0000b","role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.contextId")]
    [InlineData("SendMessage", """{"message":{"messageId":"m","contextId":"a\nb","role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.contextId")]
    [InlineData("SendMessage", """{"message":{"messageId":"m","taskId":"\u0085","role":"ROLE_USER","parts":[{"text":"x"}]}}""", "message.taskId")]
    [InlineData("GetTask", """{"id":"a\u0000"}""", "id")]
    [InlineData("CancelTask", """{"id":"a\u001f"}""", "id")]
    [InlineData("SubscribeToTask", """{"id":"a\u007f"}""", "id")]
    [InlineData("ListTasks", """{"contextId":"a\u0000"}""", "contextId")]
    [InlineData("ListTasks", """{"pageToken":"MXw1fDF8YQBi"}""", "pageToken")]
    [InlineData("CreateTaskPushNotificationConfig", """{"taskId":"a","id":"p\u0000","url":"https://x.example/"}""", "id")]
    [InlineData("GetTaskPushNotificationConfig", """{"taskId":"a\u0000","id":"p"}""", "taskId")]
    public async Task An_id_with_control_characters_is_refused_naming_the_field(string method, string parameters, string field)
    {
        await using var server = await TestServer.StartAsync();
        var error = (await server.RpcAsync(method, parameters)).GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        AssertViolation(error.GetProperty("data"), field);
    }

    [Theory]
    [InlineData("/tasks/a%01", "id")]
    [InlineData("/tasks?contextId=a%00", "contextId")]
    public async Task An_id_with_control_characters_is_refused_in_an_address(string path, string field)
    {
        await using var server = await TestServer.StartAsync();
        var (status, body) = await server.RestAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        AssertViolation(body.GetProperty("error").GetProperty("details"), field);
    }

    [Fact]
    public async Task An_id_may_be_of_any_script()
    {
        await using var server = await TestServer.StartAsync();
        var sent = await server.RpcAsync("SendMessage", TestServer.Send("echo", ",\"contextId\":\"Gespräch-世界-😀\""));
        Assert.Equal("Gespräch-世界-😀", sent.GetProperty("result").GetProperty("task").GetProperty("contextId").GetString());
    }

    private static void AssertViolation(JsonElement details, string field)
    {
        var badRequest = details.EnumerateArray().Single(each => each.GetProperty("@type").GetString() == "type.googleapis.com/google.rpc.BadRequest");
        Assert.Contains(field, badRequest.GetProperty("fieldViolations").EnumerateArray().Select(each => each.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("""{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ListTasks"}""", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("null", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tasks/list"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":[]}""", -32602)]
    public async Task An_envelope_that_is_wrong_is_refused_with_its_code(string body, int code)
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Http.PostAsync("/a2a", TestServer.Json(body), TestContext.Current.CancellationToken);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(code, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal("2.0", answer.GetProperty("jsonrpc").GetString());
        Assert.True(answer.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task A_string_id_comes_back_as_it_was_sent()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Http.PostAsync("/a2a", TestServer.Json("""{"jsonrpc":"2.0","id":"a\"\u003cb\u003e","method":"ListTasks"}"""), TestContext.Current.CancellationToken);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("a\"<b>", answer.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Deep_nesting_is_refused_and_the_server_goes_on()
    {
        await using var server = await TestServer.StartAsync();
        var deep = new StringBuilder().Insert(0, "[", 10_000).Append(new string(']', 10_000));
        var (status, _) = await server.RestAsync(HttpMethod.Post, "/message:send", $$$"""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{{{deep}}}}]}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(HttpStatusCode.OK, (await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("echo"))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_it_says_its_length(bool chunked)
    {
        await using var server = await TestServer.StartAsync(options => options.MaxRequestBytes = 10_000);
        foreach (var path in new[] { "/a2a", "/a2a/message:send" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = TestServer.Json(TestServer.Send(new string('x', 20_000))) };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_by_its_type_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var content = new StringContent(TestServer.Send("echo"), Encoding.UTF8, "text/plain");
        using var response = await server.Http.PostAsync("/a2a/message:send", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("CONTENT_TYPE_NOT_SUPPORTED", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Unknown_fields_are_ignored_and_null_is_absence()
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.RestAsync(HttpMethod.Post, "/message:send",
            """{"future":{"a":[1]},"tenant":null,"configuration":null,"message":{"messageId":"m","role":"ROLE_USER","taskId":null,"extensions":null,"parts":[{"text":"echo","novel":{}}]}}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_task_beyond_what_the_server_may_work_on_is_refused_and_the_others_go_on()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxLiveTasks = 1);
        var first = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"wait a"}]},"configuration":{"returnImmediately":true}}""");
        var second = await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("echo"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.Status);
        server.Agent.Open("a");
        await server.WaitForAsync(first.GetProperty("result").GetProperty("task").GetProperty("id").GetString()!, TaskState.Completed);
    }
}
