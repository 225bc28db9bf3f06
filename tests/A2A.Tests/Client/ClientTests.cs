namespace AgentMesh.A2A.Tests.Client;

/// <summary>Our client against our server, each operation over both bindings.</summary>
public sealed class ClientTests
{
    public static TheoryData<string> Bindings => [A2AProtocol.JsonRpc, A2AProtocol.HttpJson];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static A2AClient Connect(TestServer server, string binding, string caller = "alice") =>
        new(server.CreateClient(caller, version: false), TestCards.Card(new Uri(server.Address, "/a2a").ToString()), new() { PreferredBindings = [binding] });

    private static SendMessageRequest Send(string text, bool immediately = false) =>
        new() { Message = Message.FromUser(text), Configuration = new() { ReturnImmediately = immediately } };

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Send_get_and_list_agree(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server, binding);
        Assert.Equal(binding, client.Interface.ProtocolBinding);
        var task = (await client.SendMessageAsync(Send("echo me"), Cancellation)).Task!;
        Assert.Equal(TaskState.Completed, task.Status.State);
        Assert.Equal("echo me", task.Artifacts!.Single().Parts.Single().Text);
        var got = await client.GetTaskAsync(task.Id, historyLength: 0, Cancellation);
        Assert.Null(got.History);
        var list = await client.ListTasksAsync(new() { ContextId = task.ContextId, Status = TaskState.Completed, PageSize = 10, IncludeArtifacts = true, StatusTimestampAfter = task.Status.Timestamp }, Cancellation);
        Assert.Equal(task.Id, list.Tasks.Single().Id);
        Assert.Single(list.Tasks.Single().Artifacts!);
        Assert.Equal((1, 10, ""), (list.TotalSize, list.PageSize, list.NextPageToken));
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task A_stream_begins_with_the_task_and_ends_with_its_end(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var events = await Connect(server, binding).SendStreamingMessageAsync(Send("progress"), Cancellation).ToListAsync(Cancellation);
        Assert.Equal(TaskState.Submitted, events[0].Task!.Status.State);
        Assert.Equal([0.25, 0.5, 0.75, 1.0], events.Select(each => each.StatusUpdate is { } update ? TaskProgress.Of(update.Status) : null).OfType<double>());
        Assert.Equal(TaskState.Completed, events[^1].StatusUpdate!.Status.State);
        Assert.All(events.Skip(1), each => Assert.Equal(events[0].Task!.Id, each.StatusUpdate!.TaskId));
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task A_direct_answer_is_the_only_event_of_its_stream(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var only = Assert.Single(await Connect(server, binding).SendStreamingMessageAsync(Send("hello"), Cancellation).ToListAsync(Cancellation));
        Assert.Equal("hello yourself", only.Message!.Text);
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Subscribing_begins_with_the_task_and_an_ended_one_cannot_be_subscribed_to(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server, binding);
        var task = (await client.SendMessageAsync(Send("wait a", immediately: true), Cancellation)).Task!;
        await using var events = client.SubscribeToTaskAsync(task.Id, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(task.Id, events.Current.Task!.Id);
        server.Agent.Open("a");
        while (await events.MoveNextAsync() && events.Current.State is not TaskState.Completed)
        {
        }
        var error = await Assert.ThrowsAsync<A2AException>(() => client.SubscribeToTaskAsync(task.Id, Cancellation).ToListAsync(Cancellation).AsTask());
        Assert.Equal(A2AErrorCode.UnsupportedOperation, error.Code);
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Canceling_ends_the_task_and_its_streams(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server, binding);
        await using var events = client.SendStreamingMessageAsync(Send("stubborn"), Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
        var id = events.Current.Task!.Id;
        Assert.Equal(TaskState.Canceled, (await client.CancelTaskAsync(id, Cancellation)).Status.State);
        var last = TaskState.Unspecified;
        while (await events.MoveNextAsync())
            last = events.Current.State ?? last;
        Assert.Equal(TaskState.Canceled, last);
        Assert.Equal(A2AErrorCode.TaskNotCancelable, (await Assert.ThrowsAsync<A2AException>(() => client.CancelTaskAsync(id, Cancellation))).Code);
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Push_configurations_are_made_read_listed_and_deleted(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server, binding);
        var task = (await client.SendMessageAsync(Send("ask"), Cancellation)).Task!;
        var made = await client.CreatePushConfigAsync(new() { TaskId = task.Id, Url = "https://hooks.example/x", Token = "t", Authentication = new() { Scheme = "Bearer", Credentials = "c" } }, Cancellation);
        Assert.NotEmpty(made.Id!);
        Assert.Equal("https://hooks.example/x", (await client.GetPushConfigAsync(task.Id, made.Id!, Cancellation)).Url);
        Assert.Equal(made.Id, Assert.Single((await client.ListPushConfigsAsync(task.Id, Cancellation)).Configs).Id);
        await client.DeletePushConfigAsync(task.Id, made.Id!, Cancellation);
        await client.DeletePushConfigAsync(task.Id, made.Id!, Cancellation);
        Assert.Empty((await client.ListPushConfigsAsync(task.Id, Cancellation)).Configs);
        Assert.Equal(A2AErrorCode.TaskNotFound, (await Assert.ThrowsAsync<A2AException>(() => client.GetPushConfigAsync(task.Id, made.Id!, Cancellation))).Code);
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Errors_come_typed_with_their_details(string binding)
    {
        await using var server = await TestServer.StartAsync();
        var client = Connect(server, binding);
        var missing = await Assert.ThrowsAsync<A2AException>(() => client.GetTaskAsync("no/such task", cancellationToken: Cancellation));
        Assert.Equal(A2AErrorCode.TaskNotFound, missing.Code);
        Assert.Equal("no/such task", missing.Metadata["taskId"]);
        var invalid = await Assert.ThrowsAsync<A2AException>(() => client.SendMessageAsync(new() { Message = new() { Role = Role.User, MessageId = "m" } }, Cancellation));
        Assert.Equal(A2AErrorCode.InvalidParams, invalid.Code);
        Assert.Equal("message.parts", Assert.Single(invalid.Violations).Field);
        var denied = await Assert.ThrowsAsync<A2AException>(() => Connect(server, binding, caller: " ").GetTaskAsync("x", cancellationToken: Cancellation));
        Assert.Equal((A2AErrorCode.Unauthenticated, 401), (denied.Code, denied.HttpStatus));
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task The_extended_card_is_for_callers_only(string binding)
    {
        await using var server = await TestServer.StartAsync(options =>
        {
            options.Card = options.Card! with { Capabilities = new() { ExtendedAgentCard = true } };
            options.ExtendedCard = (context, _) => new(options.Card! with { Description = $"For {context.Request.Headers[TestServer.CallerHeader]}." });
        });
        Assert.Equal("For alice.", (await Connect(server, binding).GetExtendedAgentCardAsync(Cancellation)).Description);
    }

    [Fact]
    public void A_card_without_an_interface_that_is_spoken_is_refused()
    {
        var card = TestCards.Card("https://x.example/") with { SupportedInterfaces = [new() { Url = "https://x.example/", ProtocolBinding = "GRPC", ProtocolVersion = "1.0" }, new() { Url = "https://x.example/", ProtocolBinding = "JSONRPC", ProtocolVersion = "0.3" }] };
        using var http = new HttpClient(new SocketsHttpHandler());
        Assert.Equal(A2AErrorCode.VersionNotSupported, Assert.Throws<A2AException>(() => new A2AClient(http, card)).Code);
    }
}
