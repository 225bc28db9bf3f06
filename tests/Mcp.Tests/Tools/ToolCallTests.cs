using System.Text.Json;
using AgentMesh.A2A;
using AgentMesh.A2A.Mesh;
using AgentMesh.Mcp.Tests.Fixtures;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace AgentMesh.Mcp.Tests.Tools;

/// <summary>What a call comes to: the skill's or the function's own result, or its own reason.</summary>
public sealed class ToolCallTests : IAsyncLifetime
{
    private readonly ToolMesh _mesh = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Fact]
    public async Task A_skill_says_what_it_takes_and_gives()
    {
        await using var client = await _mesh.ConnectAsync();

        var echo = (await client.ListToolsAsync(cancellationToken: Cancellation)).Single(tool => tool.Name == "echo").ProtocolTool;

        Assert.Equal(("Echo", "Says it back."), (echo.Title, echo.Description));
        Assert.Equal("What to say.", echo.InputSchema.GetProperty("properties").GetProperty("text").GetProperty("description").GetString());
        Assert.Equal("integer", echo.InputSchema.GetProperty("properties").GetProperty("times").GetProperty("type").GetString());
        Assert.Equal(["text"], echo.InputSchema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("object", echo.OutputSchema!.Value.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_function_says_what_it_takes()
    {
        await using var client = await _mesh.ConnectAsync();

        var add = (await client.ListToolsAsync(cancellationToken: Cancellation)).Single(tool => tool.Name == "add").ProtocolTool;

        Assert.Equal("Adds numbers.", add.Description);
        Assert.Equal(["first", "second"], add.InputSchema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("The first.", add.InputSchema.GetProperty("properties").GetProperty("first").GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_skill_called_as_a_tool_answers_as_it_does_over_A2A_is_on_record_and_leaves_its_task_with_its_caller()
    {
        await using var client = await _mesh.ConnectAsync();
        var a2a = await _mesh.Chain.Caller("ann").ClientAsync("echo", "back.read");
        var request = JsonSerializer.SerializeToElement(new { text = "hi", times = 2 });

        var task = (await a2a.SendMessageAsync(new() { Message = new() { MessageId = "1", Role = A2A.Role.User, Parts = [Part.FromData(request)], Metadata = SkillName.Metadata("echo") } }, Cancellation)).Task!;
        var result = await client.CallToolAsync("echo", new Dictionary<string, object?> { ["text"] = "hi", ["times"] = 2 }, cancellationToken: Cancellation);

        Assert.True(JsonElement.DeepEquals(task.Artifacts![0].Parts[0].Data!.Value, result.StructuredContent!.Value));
        Assert.NotEqual(true, result.IsError);
        Assert.Equal(2, _mesh.Back.Audit.Events.Count(each => each is { Action: "skill echo", Decision: "allow", Authentication: "mtls+token" }));
        Assert.Equal([TaskState.Completed, TaskState.Completed], await _mesh.Chain.TasksAsync("back", "ann", "ann"));
    }

    [Fact]
    public async Task Whoever_asks_for_progress_hears_what_the_task_reports_in_order()
    {
        var ann = _mesh.Chain.Caller("ann");
        using var http = ann.WithToken(await ann.TokenAsync("back", "back.read"));

        // The stream itself: the client hears of what comes right before the result only when it is quick enough.
        var asked = await http.PostMcpAsync(_mesh.Endpoint, "tools/call", new { name = "echo", arguments = new { text = "hi" }, _meta = new { progressToken = "p" } });
        var unasked = await http.PostMcpAsync(_mesh.Endpoint, "tools/call", new { name = "echo", arguments = new { text = "hi" } });

        Assert.Equal(
            ["""{"progressToken":"p","progress":1,"message":"50 %: taking a breath"}""", """{"progressToken":"p","progress":2,"message":"saying it"}"""],
            asked.Messages[..^1].Select(message => message.GetProperty("params").GetRawText()));
        Assert.All(asked.Messages[..^1], message => Assert.Equal("notifications/progress", message.GetProperty("method").GetString()));
        Assert.Equal("hi", asked.Messages[^1].GetProperty("result").GetProperty("structuredContent").GetProperty("text").GetString());
        Assert.Single(unasked.Messages);
    }

    [Theory]
    [InlineData("echo", """{"text":""}""", "bad_request", "There is nothing to say.")]
    [InlineData("echo", """{"text":5}""", "bad_request", "The message's data part does not fit: see $.text.")]
    [InlineData("add", """{"first":"one","second":2}""", "bad_arguments", "add was called with arguments that do not fit its schema.")]
    [InlineData("add", """{"first":1}""", "bad_arguments", "add was called with arguments that do not fit its schema.")]
    [InlineData("decline", "{}", "closed", "Not today.")]
    [InlineData("break", "{}", "failed", "break failed.")]
    public async Task A_call_that_fails_gives_its_reason_and_nothing_of_the_inside(string tool, string arguments, string error, string detail)
    {
        await using var client = await _mesh.ConnectAsync();

        var result = await client.CallToolAsync(tool, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments), cancellationToken: Cancellation);

        Assert.True(result.IsError);
        Assert.Null(result.StructuredContent);
        var told = JsonElement.Parse(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        Assert.Equal((error, detail), (told.GetProperty("error").GetString(), told.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task A_skill_that_asks_back_is_told_off_and_its_task_canceled()
    {
        await using var client = await _mesh.ConnectAsync();

        var result = await client.CallToolAsync("ask-back", new Dictionary<string, object?> { ["text"] = "x" }, cancellationToken: Cancellation);

        Assert.True(result.IsError);
        Assert.Equal("""{"error":"input_required","detail":"back asks: How many?"}""", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        Assert.Equal([TaskState.Canceled], await _mesh.Chain.TasksAsync("back", "ann", "ann"));
    }

    [Fact]
    public async Task Hanging_up_cancels_the_skills_task()
    {
        await using var client = await _mesh.ConnectAsync();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var waiting = new AtFirstReport(hangUp.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.CallToolAsync("wait", new Dictionary<string, object?> { ["text"] = "x" }, waiting, cancellationToken: hangUp.Token));

        Assert.True(await _mesh.Runs.Canceled.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        Assert.Equal([TaskState.Canceled], await _mesh.Chain.TasksAsync("back", "ann", "ann"));
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private sealed class AtFirstReport(Action then) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => then();
    }
}
