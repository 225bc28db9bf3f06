using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// A chat client without a language model, for machines without a network: it matches the question's words against the tools' schemas, calls
/// those that fit, and says their results in words. The same conversation always gives the same answer, and nothing that a tool says can
/// make it call another one. It calls itself rule-based in every answer.
/// </summary>
public sealed class RuleBasedChatClient : IChatClient
{
    /// <summary>What it gives as <see cref="ChatResponse.ModelId"/>.</summary>
    public const string ModelId = "rules";

    private static readonly ChatClientMetadata Metadata = new("agentmesh.rules", null, ModelId);

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        var conversation = messages.ToList();
        var contents = Answer(conversation, [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>().Select(t => new ToolSchema(t))]);
        var calls = contents.Any(c => c is FunctionCallContent);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ModelId = ModelId,
            FinishReason = calls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
            AdditionalProperties = new() { ["rule-based"] = true },
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType == typeof(ChatClientMetadata) ? Metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }

    private static List<AIContent> Answer(List<ChatMessage> conversation, IReadOnlyList<ToolSchema> tools)
    {
        var question = new Question(conversation);
        var results = ResultsSinceTheQuestion(conversation);
        var next = NextStep.Of(question, results, tools);
        if (next.Calls.Count > 0)
            return [.. next.Calls];
        if (results.Count > 0)
            return [new TextContent(AnswerComposer.Compose(results, tools))];
        return [new TextContent(next.Missing.Count > 0 ? AnswerComposer.AskFor(next.Missing) : AnswerComposer.Offer(tools))];
    }

    private static List<(FunctionCallContent, FunctionResultContent)> ResultsSinceTheQuestion(List<ChatMessage> conversation)
    {
        var contents = conversation.Skip(conversation.FindLastIndex(m => m.Role == ChatRole.User) + 1).SelectMany(m => m.Contents).ToList();
        return [.. contents.OfType<FunctionCallContent>().Join(contents.OfType<FunctionResultContent>(), c => c.CallId, r => r.CallId, (c, r) => (c, r))];
    }
}
