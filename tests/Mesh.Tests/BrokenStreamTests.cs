using AgentMesh.A2A;
using AgentMesh.Cli.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Mesh.Tests;

/// <summary>The operator's question outlives the stream over which its answer is to come.</summary>
public sealed class BrokenStreamTests
{
    private const string Working = """{"task":{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_WORKING","message":{"messageId":"m1","role":"ROLE_AGENT","parts":[{"text":"halfway"}]}}}}""";
    private const string Completed = """{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a1","parts":[{"data":{"answer":"kept"}}]}]}""";
    private const string Failed = """{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_FAILED","message":{"messageId":"m2","role":"ROLE_AGENT","parts":[{"text":"no model"},{"data":{"reason":"model_failed"}}]}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_is_fetched_where_the_stream_broke_and_the_question_is_asked_once()
    {
        await using var agent = await BreakingAgent.StartAsync(Completed);
        List<string> heard = [];

        var answer = await agent.Question.AskAsync(new { question = "?" }, "c1", heard.Add, Cancellation);

        Assert.Equal("kept", answer.GetProperty("answer").GetString());
        Assert.Equal(["halfway"], heard);
        Assert.Equal(1, agent.Asked);
    }

    [Fact]
    public async Task Why_it_failed_is_said_as_the_agent_said_it()
    {
        await using var agent = await BreakingAgent.StartAsync(Failed);

        var failure = await Assert.ThrowsAsync<A2A.Mesh.SkillException>(() => agent.Question.AskAsync(new { question = "?" }, "c1", _ => { }, Cancellation));

        Assert.Equal(("model_failed", "no model"), (failure.Reason, failure.Message));
    }

    /// <summary>An agent whose streams end after their first event, while its tasks go on.</summary>
    private sealed class BreakingAgent(WebApplication app, HttpClient http) : IAsyncDisposable
    {
        private int _asked;

        public int Asked => _asked;

        public EntryQuestion Question { get; private set; } = null!;

        public static async Task<BreakingAgent> StartAsync(string task)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var agent = new BreakingAgent(app, new HttpClient(new SocketsHttpHandler { UseProxy = false }));
            app.MapPost("/message:stream", agent.BreakAsync);
            app.MapGet("/tasks/t1", () => Results.Text(task, "application/a2a+json"));
            await app.StartAsync(Cancellation);
            var card = new AgentCard
            {
                Name = "advisor",
                Description = "Breaks off.",
                Version = "1.0.0",
                SupportedInterfaces = [new() { Url = app.Urls.First(), ProtocolBinding = A2AProtocol.HttpJson, ProtocolVersion = A2AProtocol.Version }],
                Capabilities = new() { Streaming = true },
                DefaultInputModes = ["application/json"],
                DefaultOutputModes = ["application/json"],
                Skills = [],
            };
            agent.Question = new EntryQuestion(new A2AClient(agent.Http, card), "advisor", "advise");
            return agent;
        }

        private HttpClient Http { get; } = http;

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.DisposeAsync();
        }

        private async Task BreakAsync(HttpContext context)
        {
            Interlocked.Increment(ref _asked);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"data: {Working}\n\n", Cancellation);
        }
    }
}
