using System.Runtime.CompilerServices;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A.Tests;

/// <summary>Follows a task from inside the server, so that tests wait for states and not for clocks.</summary>
internal static class Watching
{
    public static async IAsyncEnumerable<TaskState> WatchAsync(
        this A2AServer server, string owner, string taskId, TaskState until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new CallContext(owner, [], null);
        TaskStream stream;
        try
        {
            stream = await server.Tasks.SubscribeAsync(call, new() { Id = taskId }, cancellationToken);
        }
        catch (A2AException exception) when (exception.Code == A2AErrorCode.UnsupportedOperation)
        {
            var ended = await server.Tasks.GetAsync(call, new() { Id = taskId }, cancellationToken);
            Assert.Equal(until, ended.Status.State);
            yield break;
        }
        using var _ = stream;
        await foreach (var item in stream.ReadAllAsync(cancellationToken))
        {
            if (item.State is not { } state)
                continue;
            yield return state;
            if (state == until)
                yield break;
        }
        throw new InvalidOperationException($"The task ended without having been {until}.");
    }
}
