using System.Diagnostics;
using System.Text.Json;

namespace AgentMesh.A2A.Tests.Sdk;

/// <summary>Our client against the JavaScript SDK's server.</summary>
[Collection(nameof(NodeInterop))]
public sealed class SdkServerTests(NodeInterop node)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Bindings => [A2AProtocol.JsonRpc, A2AProtocol.HttpJson];

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Our_client_completes_every_operation(string binding)
    {
        Assert.SkipWhen(node.Missing is not null, node.Missing ?? "");
        using var process = NodeInterop.Start("server.mjs");
        try
        {
            var port = JsonElement.Parse((await process.StandardOutput.ReadLineAsync(Cancellation))!).GetProperty("port").GetInt32();
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var card = (await new AgentCardClient(http, TimeProvider.System).GetAsync(new Uri($"http://127.0.0.1:{port}"), Cancellation)).Card;
            await UseAsync(new A2AClient(http, card, new() { PreferredBindings = [binding] }));
        }
        finally
        {
            process.StandardInput.Close();
            await StopAsync(process);
        }
    }

    private static async Task UseAsync(A2AClient client)
    {
        Assert.Equal("hello yourself", (await client.SendMessageAsync(Send("hello"), Cancellation)).Message!.Text);

        var echoed = (await client.SendMessageAsync(Send("echo me now"), Cancellation)).Task!;
        Assert.Equal(TaskState.Completed, echoed.Status.State);
        Assert.Equal("echo me now", string.Join(' ', echoed.Artifacts!.Single().Parts.Select(part => part.Text)));
        Assert.Equal(TaskState.Completed, (await client.GetTaskAsync(echoed.Id, historyLength: 1, Cancellation)).Status.State);

        var events = await client.SendStreamingMessageAsync(Send("stream it"), Cancellation).ToListAsync(Cancellation);
        Assert.NotNull(events[0].Task);
        Assert.Equal(["stream", "it"], events.Select(each => each.ArtifactUpdate?.Artifact.Parts[0].Text).OfType<string>());
        Assert.Equal(TaskState.Completed, events[^1].State);

        var list = await client.ListTasksAsync(new() { PageSize = 1 }, Cancellation);
        Assert.Single(list.Tasks);
        Assert.NotEqual("", list.NextPageToken);
        var more = await client.ListTasksAsync(new() { PageSize = 1, PageToken = list.NextPageToken }, Cancellation);
        Assert.NotEqual(list.Tasks[0].Id, more.Tasks.Single().Id);

        var asked = (await client.SendMessageAsync(Send("ask"), Cancellation)).Task!;
        Assert.Equal(TaskState.InputRequired, asked.Status.State);
        var answered = (await client.SendMessageAsync(new() { Message = Message.FromUser("that", asked.ContextId, asked.Id) }, Cancellation)).Task!;
        Assert.Equal((asked.Id, TaskState.Completed), (answered.Id, answered.Status.State));

        var stubborn = (await client.SendMessageAsync(Send("stubborn") with { Configuration = new() { ReturnImmediately = true } }, Cancellation)).Task!;
        await using var subscription = client.SubscribeToTaskAsync(stubborn.Id, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await subscription.MoveNextAsync());
        Assert.Equal(stubborn.Id, subscription.Current.Task!.Id);
        Assert.Equal(TaskState.Canceled, (await client.CancelTaskAsync(stubborn.Id, Cancellation)).Status.State);
        while (await subscription.MoveNextAsync())
        {
        }

        var config = await client.CreatePushConfigAsync(new() { TaskId = asked.Id, Id = "mine", Url = "https://hooks.example/" }, Cancellation);
        Assert.Equal("mine", config.Id);
        Assert.Equal("https://hooks.example/", (await client.GetPushConfigAsync(asked.Id, "mine", Cancellation)).Url);
        Assert.Single((await client.ListPushConfigsAsync(asked.Id, Cancellation)).Configs);
        await client.DeletePushConfigAsync(asked.Id, "mine", Cancellation);
        Assert.Empty((await client.ListPushConfigsAsync(asked.Id, Cancellation)).Configs);

        Assert.Equal(A2AErrorCode.TaskNotFound, await CodeAsync(() => client.GetTaskAsync("unknown", cancellationToken: Cancellation)));
        Assert.Equal(A2AErrorCode.TaskNotCancelable, await CodeAsync(() => client.CancelTaskAsync(echoed.Id, Cancellation)));
        Assert.Equal(A2AErrorCode.UnsupportedOperation, await CodeAsync(() => client.SendMessageAsync(new() { Message = Message.FromUser("more", echoed.ContextId, echoed.Id) }, Cancellation)));
        Assert.Equal(A2AErrorCode.UnsupportedOperation, await CodeAsync(() => client.SubscribeToTaskAsync(echoed.Id, Cancellation).ToListAsync(Cancellation).AsTask()));
        Assert.Equal(A2AErrorCode.InvalidParams, await CodeAsync(() => client.ListTasksAsync(new() { PageSize = 1000 }, Cancellation)));
    }

    private static SendMessageRequest Send(string text) => new() { Message = Message.FromUser(text) };

    private static async Task<A2AErrorCode> CodeAsync(Func<Task> action) => (await Assert.ThrowsAsync<A2AException>(action)).Code;

    private static async Task StopAsync(Process process)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }
}
