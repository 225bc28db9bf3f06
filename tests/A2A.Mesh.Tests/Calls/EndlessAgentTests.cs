using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Mesh.Tests.Calls;

/// <summary>An agent that was taken over appends to its artifact for ever: whoever called it does not take all of it in.</summary>
public sealed class EndlessAgentTests
{
    private const string Completed = """data: {"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"} } }""" + "\n\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("\"same\"", "true", 256 * 1024, 200)]
    [InlineData("\"same\"", "true", 1, 400_000)]
    [InlineData("\"{0}\"", "false", 256 * 1024, 200)]
    public async Task A_call_whose_artifacts_do_not_end_is_given_up(string artifactId, string append, int size, int updates)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var agent = await StartAsync(async (response, aborted) =>
        {
            try
            {
                for (var i = 0; i < updates; i++)
                    await response.WriteAsync(Update(artifactId.Replace("{0}", $"{i}"), append, new string('x', size)), aborted);
                await response.WriteAsync(Completed, aborted);
            }
            finally
            {
                gone.SetResult();
            }
        });

        var error = await Assert.ThrowsAsync<A2AException>(() => new TaskFollower(ClientOf(agent)).RunAsync(Message.FromUser("go"), cancellation));

        Assert.Equal(A2AErrorCode.InvalidAgentResponse, error.Code);
        Assert.Contains("artifacts are larger", error.Message, StringComparison.Ordinal);
        await gone.Task.WaitAsync(cancellation);
    }

    [Fact]
    public async Task An_artifact_that_is_replaced_again_and_again_is_only_as_large_as_it_is_and_pieces_keep_their_order()
    {
        await using var agent = await StartAsync(async (response, aborted) =>
        {
            for (var i = 0; i < 300; i++)
                await response.WriteAsync(Update("\"same\"", "false", new string('x', 256 * 1024)), aborted);
            for (var i = 0; i < 3; i++)
                await response.WriteAsync(Update("\"other\"", "true", $"{i}"), aborted);
            await response.WriteAsync(Completed, aborted);
        });

        var task = await new TaskFollower(ClientOf(agent)).RunAsync(Message.FromUser("go"), Cancellation);

        Assert.Equal(["same", "other"], task.Artifacts!.Select(artifact => artifact.ArtifactId));
        Assert.Equal(256 * 1024, task.Artifacts![0].Parts.Single().Text!.Length);
        Assert.Equal(["0", "1", "2"], task.Artifacts[1].Parts.Select(part => part.Text));
    }

    private static string Update(string artifactId, string append, string text) =>
        $$$"""data: {"artifactUpdate":{"taskId":"t","contextId":"c","append":{{{append}}},"artifact":{"artifactId":{{{artifactId}}},"parts":[{"text":"{{{text}}}"}]} } }""" + "\n\n";

    private static async Task<WebApplication> StartAsync(Func<HttpResponse, CancellationToken, Task> stream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/message:stream", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("""data: {"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"} } }""" + "\n\n", context.RequestAborted);
            await stream(context.Response, context.RequestAborted);
        });
        await app.StartAsync(Cancellation);
        return app;
    }

    private static A2AClient ClientOf(WebApplication agent) => new(new HttpClient(new SocketsHttpHandler { UseProxy = false }), new AgentCard
    {
        Name = "endless",
        Capabilities = new() { Streaming = true },
        SupportedInterfaces = [new() { Url = agent.Urls.Single(), ProtocolBinding = A2AProtocol.HttpJson, ProtocolVersion = A2AProtocol.Version }],
    });
}
