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

    /// <summary>JSON's grammar allows half of a surrogate pair; whatever keeps one can be parsed and not written again.</summary>
    [Theory]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"},{"data":"\ud800"}]}}""", "message.parts[1].data")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"a":["\uDC00x"]}}]}}""", "message.parts[0].data")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","metadata":{"a":"\ud800"}}]}}""", "message.parts[0].metadata")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}],"metadata":{"a":["\ud800"]}}}""", "message.metadata")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"metadata":{"a":"\ud800"}}""", "metadata")]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"\ud800"}]}}""", "message.parts[0]")]
    public async Task Half_a_character_is_refused_naming_the_field(string parameters, string field)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var method in new[] { "SendMessage", "SendStreamingMessage" })
        {
            var error = (await server.RpcAsync(method, parameters)).GetProperty("error");
            Assert.Equal(-32602, error.GetProperty("code").GetInt32());
            AssertViolation(error.GetProperty("data"), field);
        }
        Assert.Equal(0, server.Server.LiveTaskCount);
        Assert.Equal(0, (await server.RestAsync(HttpMethod.Get, "/tasks")).Body.GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task A_whole_character_written_in_two_halves_is_taken_and_comes_back()
    {
        await using var server = await TestServer.StartAsync();
        var sent = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"\ud83d\ude00":"\\ud800 \uD83D\uDE00"}}],"metadata":{"a":"\ud83d\ude00"}}}""");
        var message = sent.GetProperty("result").GetProperty("task").GetProperty("history")[0];
        Assert.Equal("\\ud800 😀", message.GetProperty("parts")[0].GetProperty("data").GetProperty("😀").GetString());
        Assert.Equal("😀", message.GetProperty("metadata").GetProperty("a").GetString());
    }

    /// <summary>Whatever gets a task into the store that cannot be written: it costs its owner that task, and the others nothing.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_task_that_cannot_be_written_does_not_stay_live()
    {
        var store = new InMemoryTaskStore();
        var broken = new Artifact { ArtifactId = "x", Parts = [Part.FromData(JsonElement.Parse("\"\\ud800\""))] };
        await store.AddAsync("alice", new() { Id = "broken", ContextId = "c", Status = new() { State = TaskState.InputRequired, Timestamp = DateTimeOffset.UnixEpoch }, Artifacts = [broken] }, TestContext.Current.CancellationToken);
        await using var server = await TestServer.StartAsync(store: store, configure: options => options.Retention = options.InterruptedRetention = null);
        Assert.Equal(HttpStatusCode.InternalServerError, (await server.RestAsync(HttpMethod.Post, "/tasks/broken:subscribe")).Status);
        Assert.Equal(0, server.Server.LiveTaskCount);
        Assert.Equal(HttpStatusCode.InternalServerError, (await server.RestAsync(HttpMethod.Post, "/message:stream", TestServer.Send("wait a", ""","taskId":"broken" """))).Status);
        server.Agent.Open("a");
        while (server.Server.LiveTaskCount > 0)
            await Task.Yield();
    }

    [Fact]
    public async Task What_an_agent_reports_and_nobody_could_read_fails_its_task_and_is_not_kept()
    {
        await using var server = await TestServer.StartAsync();
        var sent = await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("half"));
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        Assert.Equal("TASK_STATE_FAILED", sent.Body.GetProperty("task").GetProperty("status").GetProperty("state").GetString());
        var (status, list) = await server.RestAsync(HttpMethod.Get, "/tasks?includeArtifacts=true");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Empty(list.GetProperty("tasks")[0].GetProperty("artifacts").EnumerateArray());
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
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"\ud83d\u0041":1}}""", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("null", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", -32600)]
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
