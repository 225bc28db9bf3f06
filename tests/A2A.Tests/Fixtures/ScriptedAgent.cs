using System.Collections.Concurrent;
using System.Text.Json;

namespace AgentMesh.A2A.Tests;

/// <summary>An agent that does what the message's text says; each word is one thing a test needs an agent to do.</summary>
internal sealed class ScriptedAgent : IAgentExecutor
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    /// <summary>Text of each message that was worked on.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    /// <summary>Completes when an executor was told to stop.</summary>
    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string>? LastExtensions { get; private set; }

    public object? LastState { get; private set; }

    /// <summary>Lets "wait …" go on.</summary>
    public void Open(string gate) => Gate(gate).TrySetResult();

    public ValueTask<Message?> TryAnswerAsync(SendMessageRequest request, CancellationToken cancellationToken) =>
        new(request.Message!.Text == "hello" ? Message.FromAgent(Part.FromText("hello yourself")) : null);

    public async Task ExecuteAsync(AgentTaskContext context, CancellationToken cancellationToken)
    {
        var words = context.Message.Text.Split(' ');
        Seen.Enqueue(context.Message.Text);
        LastExtensions = context.Extensions;
        LastState = context.State;
        switch (words[0])
        {
            case "echo":
                await context.AddArtifactAsync(new() { ArtifactId = "echo", Name = "echo", Parts = context.Message.Parts });
                break;
            case "half":
                await context.AddArtifactAsync(new() { ArtifactId = "half", Parts = [Part.FromData(JsonElement.Parse("\"\\ud800\""))] });
                break;
            case "progress":
                for (var step = 1; step <= 4; step++)
                    await context.ProgressAsync(step / 4.0, $"step {step}");
                await context.CompleteAsync("done");
                break;
            case "chunks":
                var count = int.Parse(words[1]);
                for (var i = 0; i < count; i++)
                    await context.AppendArtifactAsync(new() { ArtifactId = "book", Parts = [Part.FromText($"{i}")] }, i == count - 1);
                break;
            case "flood":
                await context.WorkingAsync("ready");
                await Gate(words[1]).Task.WaitAsync(cancellationToken);
                var padding = new string('x', 64 * 1024);
                for (var i = 0; i < int.Parse(words[2]); i++)
                    await context.AddArtifactAsync(new() { ArtifactId = "flood", Parts = [Part.FromText($"{i}"), Part.FromText(padding)] });
                break;
            case "wait":
                await context.WorkingAsync("waiting");
                await Gate(words[1]).Task.WaitAsync(cancellationToken);
                await context.AddArtifactAsync(new() { ArtifactId = "waited", Parts = [Part.FromText("waited")] });
                break;
            case "ask":
                await context.RequireInputAsync("Which one?");
                break;
            case "converse":
                await context.RequireInputAsync("Which one?");
                var reply = await context.ReceiveAsync(cancellationToken);
                await context.CompleteAsync($"You said {reply.Text}");
                break;
            case "approve":
                await context.RequireAuthorizationAsync(Message.FromAgent(Part.FromText("A person must approve.")));
                await Gate(words[1]).Task.WaitAsync(cancellationToken);
                await context.WorkingAsync("approved");
                break;
            case "fail":
                await context.FailAsync("It cannot be done.");
                break;
            case "reject":
                await context.RejectAsync("Not this agent's business.");
                break;
            case "throw":
                throw new InvalidOperationException("secret detail of the implementation");
            case "stubborn":
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
                finally
                {
                    Stopped.TrySetResult();
                }
                break;
        }
    }

    private TaskCompletionSource Gate(string name) =>
        _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
