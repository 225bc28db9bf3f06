using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentMesh.A2A.Internal;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A;

/// <summary>A caller of this process's own A2A server that came in by another protocol.</summary>
public sealed class InProcessCall
{
    private readonly A2AServer _server;
    private readonly HttpContext _context;
    private readonly CallContext _call;

    internal InProcessCall(A2AServer server, HttpContext context, CallContext call) => (_server, _context, _call) = (server, context, call);

    /// <summary>
    /// Sends a message and follows its task, as <c>SendStreamingMessage</c> does (A2A §3.1.2). The task goes on when nobody follows it any more:
    /// cancel it with <see cref="CancelAsync"/>.
    /// </summary>
    /// <param name="request">The message.</param>
    /// <param name="cancellationToken">Ends the following, not the task.</param>
    /// <exception cref="A2AException">The message is refused; the host has heard of it.</exception>
    public async IAsyncEnumerable<StreamResponse> SendAsync(SendMessageRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stream = await BeginAsync(request, cancellationToken).ConfigureAwait(false);
        await foreach (var item in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return JsonSerializer.Deserialize(item.Json.Span, A2AJson.Default.StreamResponse)!;
    }

    /// <summary>Cancels a task that this caller made; one that has ended stays as it is.</summary>
    /// <param name="taskId">The task's id.</param>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.TaskNotFound"/>, <see cref="A2AErrorCode.TaskNotCancelable"/>.</exception>
    public async ValueTask CancelAsync(string taskId) =>
        await _server.Tasks.CancelAsync(_call, new() { Id = taskId }, CancellationToken.None).ConfigureAwait(false);

    private async ValueTask<TaskStream> BeginAsync(SendMessageRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _server.Sends.StreamAsync(_call, request, cancellationToken).ConfigureAwait(false);
        }
        catch (A2AException refused)
        {
            await ServerErrors.TellHostAsync(_server.Options, _context, refused).ConfigureAwait(false);
            throw;
        }
    }
}
