using System.ClientModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentMesh.SemanticKernel.Models;

/// <summary>Right around the model's client: whatever fails in there becomes one <see cref="ModelException"/>.</summary>
internal sealed partial class ModelBoundary(IChatClient inner, ModelSettings settings, ILogger<ModelBoundary> logger) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Explain(e);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    yield break;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                throw Explain(e);
            }
            yield return updates.Current;
        }
    }

    /// <summary>
    /// Keeps the model's activity source from the function-calling layer above, which would otherwise open a second
    /// <c>execute_tool</c> span around the one that Semantic Kernel opens for each function.
    /// </summary>
    public static IChatClient HideActivitySource(IChatClient inner) => new WithoutActivitySource(inner);

    private ModelException Explain(Exception e)
    {
        var status = e is ClientResultException { Status: > 0 } refused ? refused.Status : (int?)(e as HttpRequestException)?.StatusCode;
        LogFailed(logger, settings.Name.ToString(), e.GetType().Name, status);
        return new ModelException(settings.Name.ToString(), status is null ? "cannot be reached or did not answer properly" : $"answered with status {status}", settings.Settings);
    }

    [LoggerMessage(5003, LogLevel.Error, "The model {Model} failed: {ExceptionType}, status {Status}")]
    private static partial void LogFailed(ILogger logger, string model, string exceptionType, int? status);

    private sealed class WithoutActivitySource(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ActivitySource) ? null : base.GetService(serviceType, serviceKey);
    }
}
