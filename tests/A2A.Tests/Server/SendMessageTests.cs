using System.Net;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Server;

public sealed class SendMessageTests
{
    [Fact]
    public async Task A_blocking_send_returns_the_completed_task_with_artifact_and_history()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", TestServer.Send("echo me"));
        var task = answer.GetProperty("result").GetProperty("task");
        Assert.Equal("TASK_STATE_COMPLETED", task.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal("echo me", task.GetProperty("artifacts")[0].GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal("ROLE_USER", task.GetProperty("history")[0].GetProperty("role").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", task.GetProperty("status").GetProperty("timestamp").GetString());
    }

    [Fact]
    public async Task Both_bindings_answer_the_same()
    {
        await using var server = await TestServer.StartAsync();
        var (status, body) = await server.RestAsync(HttpMethod.Post, "/message:send", TestServer.Send("echo me"));
        Assert.Equal(HttpStatusCode.OK, status);
        var id = body.GetProperty("task").GetProperty("id").GetString();
        var byRest = await server.RestAsync(HttpMethod.Get, $"/tasks/{id}");
        var byRpc = await server.RpcAsync("GetTask", $$"""{"id":"{{id}}"}""");
        Assert.True(JsonElement.DeepEquals(byRest.Body, byRpc.GetProperty("result")));
    }

    [Fact]
    public async Task An_immediate_send_returns_while_the_task_goes_on()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"wait a"}]},"configuration":{"returnImmediately":true}}""");
        var task = answer.GetProperty("result").GetProperty("task");
        Assert.Contains(task.GetProperty("status").GetProperty("state").GetString(), new[] { "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING" });
        server.Agent.Open("a");
        await server.WaitForAsync(task.GetProperty("id").GetString()!, TaskState.Completed);
    }

    [Fact]
    public async Task A_direct_answer_makes_no_task()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", TestServer.Send("hello"));
        Assert.Equal("hello yourself", answer.GetProperty("result").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
        var list = await server.RpcAsync("ListTasks", "{}");
        Assert.Equal(0, list.GetProperty("result").GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task History_length_zero_omits_history()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"echo"}]},"configuration":{"historyLength":0}}""");
        Assert.False(answer.GetProperty("result").GetProperty("task").TryGetProperty("history", out _));
    }

    [Theory]
    [InlineData("fail", "TASK_STATE_FAILED", "It cannot be done.")]
    [InlineData("reject", "TASK_STATE_REJECTED", "Not this agent's business.")]
    [InlineData("throw", "TASK_STATE_FAILED", "The agent failed.")]
    public async Task An_end_that_is_no_success_carries_a_reason_and_no_exception(string script, string state, string reason)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", TestServer.Send(script));
        var status = answer.GetProperty("result").GetProperty("task").GetProperty("status");
        Assert.Equal(state, status.GetProperty("state").GetString());
        Assert.Equal(reason, status.GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.DoesNotContain("secret", answer.GetRawText());
    }

    [Fact]
    public async Task A_question_is_answered_by_a_message_to_the_same_task()
    {
        await using var server = await TestServer.StartAsync();
        var asked = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task");
        Assert.Equal("TASK_STATE_INPUT_REQUIRED", asked.GetProperty("status").GetProperty("state").GetString());
        var id = asked.GetProperty("id").GetString();
        var done = (await server.RpcAsync("SendMessage", TestServer.Send("echo that", $""","taskId":"{id}" """))).GetProperty("result").GetProperty("task");
        Assert.Equal(id, done.GetProperty("id").GetString());
        Assert.Equal(asked.GetProperty("contextId").GetString(), done.GetProperty("contextId").GetString());
        Assert.Equal("TASK_STATE_COMPLETED", done.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal(["ask", "Which one?", "echo that"], done.GetProperty("history").EnumerateArray().Select(m => m.GetProperty("parts")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task An_executor_can_wait_for_the_answer_itself()
    {
        await using var server = await TestServer.StartAsync();
        var asked = (await server.RpcAsync("SendMessage", TestServer.Send("converse"))).GetProperty("result").GetProperty("task");
        var done = (await server.RpcAsync("SendMessage", TestServer.Send("the red one", $""","taskId":"{asked.GetProperty("id")}" """))).GetProperty("result").GetProperty("task");
        Assert.Equal("You said the red one", done.GetProperty("status").GetProperty("message").GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Single(server.Agent.Seen);
    }

    [Fact]
    public async Task A_task_that_awaits_an_authorization_answers_and_goes_on_when_it_arrives()
    {
        await using var server = await TestServer.StartAsync();
        var task = (await server.RpcAsync("SendMessage", TestServer.Send("approve x"))).GetProperty("result").GetProperty("task");
        Assert.Equal("TASK_STATE_AUTH_REQUIRED", task.GetProperty("status").GetProperty("state").GetString());
        server.Agent.Open("x");
        await server.WaitForAsync(task.GetProperty("id").GetString()!, TaskState.Completed);
    }

    [Fact]
    public async Task A_message_to_a_task_that_awaits_an_authorization_is_kept_and_answered_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("approve z"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString()!;
        var answer = (await server.RpcAsync("SendMessage", TestServer.Send("hurry", $""","taskId":"{id}" """))).GetProperty("result").GetProperty("task");
        Assert.Equal("TASK_STATE_AUTH_REQUIRED", answer.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal("hurry", answer.GetProperty("history").EnumerateArray().Last().GetProperty("parts")[0].GetProperty("text").GetString());
        server.Agent.Open("z");
        await server.WaitForAsync(id, TaskState.Completed);
    }

    [Fact]
    public async Task A_busy_task_keeps_sixteen_messages_and_refuses_the_next_without_keeping_it()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.RpcAsync("SendMessage", TestServer.Send("approve w"))).GetProperty("result").GetProperty("task").GetProperty("id").GetString()!;
        for (var i = 0; i < 16; i++)
            Assert.True((await server.RpcAsync("SendMessage", TestServer.Send($"more {i}", $""","taskId":"{id}" """))).TryGetProperty("result", out _));
        var refused = await server.RpcAsync("SendMessage", TestServer.Send("too much", $""","taskId":"{id}" """));
        Assert.Equal(-32004, refused.GetProperty("error").GetProperty("code").GetInt32());
        Assert.DoesNotContain("too much", (await server.RpcAsync("GetTask", $$"""{"id":"{{id}}"}""")).GetRawText());
        server.Agent.Open("w");
        await server.WaitForAsync(id, TaskState.Completed);
    }

    [Fact]
    public async Task A_message_to_a_task_that_has_ended_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var task = (await server.RpcAsync("SendMessage", TestServer.Send("echo"))).GetProperty("result").GetProperty("task");
        var refused = await server.RpcAsync("SendMessage", TestServer.Send("again", $""","taskId":"{task.GetProperty("id")}" """));
        Assert.Equal(-32004, refused.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_context_that_is_not_the_tasks_is_refused_by_name()
    {
        await using var server = await TestServer.StartAsync();
        var task = (await server.RpcAsync("SendMessage", TestServer.Send("ask"))).GetProperty("result").GetProperty("task");
        var refused = await server.RpcAsync("SendMessage", TestServer.Send("x", $""","contextId":"other","taskId":"{task.GetProperty("id")}" """));
        Assert.Equal(-32602, refused.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains("message.contextId", refused.GetRawText());
    }

    [Fact]
    public async Task A_task_id_that_the_client_makes_up_is_not_found()
    {
        await using var server = await TestServer.StartAsync();
        var refused = await server.RpcAsync("SendMessage", TestServer.Send("x", ""","taskId":"mine" """));
        Assert.Equal(-32001, refused.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Canceling_stops_the_executor_and_a_second_time_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.RpcAsync("SendMessage", """{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"stubborn"}]},"configuration":{"returnImmediately":true}}""");
        var id = answer.GetProperty("result").GetProperty("task").GetProperty("id").GetString();
        var canceled = await server.RestAsync(HttpMethod.Post, $"/tasks/{id}:cancel");
        Assert.Equal("TASK_STATE_CANCELED", canceled.Body.GetProperty("status").GetProperty("state").GetString());
        await server.Agent.Stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
        var again = await server.RestAsync(HttpMethod.Post, $"/tasks/{id}:cancel");
        Assert.Equal(HttpStatusCode.BadRequest, again.Status);
        Assert.Equal("TASK_NOT_CANCELABLE", again.Body.GetProperty("error").GetProperty("details")[0].GetProperty("reason").GetString());
    }
}
