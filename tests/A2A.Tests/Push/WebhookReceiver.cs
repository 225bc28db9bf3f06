using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentMesh.A2A.Tests.Push;

/// <summary>A webhook on loopback that keeps what it gets and answers with the next of the given statuses, then 200.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Queue<int> _answers;

    private WebhookReceiver(WebApplication app, Queue<int> answers)
    {
        _app = app;
        _answers = answers;
    }

    public Channel<Notification> Received { get; } = Channel.CreateUnbounded<Notification>();

    /// <summary>A notification that was taken, and the how-manieth request it was.</summary>
    public sealed record Notification(int Attempt, Dictionary<string, string> Headers, string Body);

    public int Attempts { get; private set; }

    /// <summary>What the first request waits for before it is answered.</summary>
    public Task Held { get; init; } = Task.CompletedTask;

    public Uri Address => new(_app.Urls.Single());

    public static Task<WebhookReceiver> StartAsync(params int[] answers) => StartAsync(Task.CompletedTask, answers);

    public static async Task<WebhookReceiver> StartAsync(Task held, params int[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app, new(answers)) { Held = held };
        app.Run(receiver.HandleAsync);
        await app.StartAsync();
        return receiver;
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (++Attempts == 1)
            await Held;
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var answer = _answers.TryDequeue(out var next) ? next : 200;
        context.Response.StatusCode = answer;
        if (answer is >= 300 and < 400)
            context.Response.Headers.Location = "/elsewhere";
        if (answer == 200)
            await Received.Writer.WriteAsync(new(Attempts, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
