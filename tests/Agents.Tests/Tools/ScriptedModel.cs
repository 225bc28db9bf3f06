using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentMesh.Agents.Tests.Tools;

/// <summary>A model that was taken over: it says what its script says, whatever it is told, and keeps everything that it was shown.</summary>
internal sealed class ScriptedModel(params IList<AIContent>[] script) : IChatClient
{
    private readonly StringBuilder _seen = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _turn;

    public string Seen => _seen.ToString();

    public Task Asked => _asked.Task;

    public bool Hangs { get; init; }

    public Exception? Failure { get; init; }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        _seen.AppendLine(JsonSerializer.Serialize(messages.ToList(), AIJsonUtilities.DefaultOptions));
        _asked.TrySetResult();
        if (Hangs)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (Failure is not null)
            throw Failure;
        return new(new ChatMessage(ChatRole.Assistant, _turn < script.Length ? script[_turn++] : []));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
