using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>An event, serialized once for all streams and webhooks of its task.</summary>
internal sealed class TaskEvent
{
    private TaskEvent(byte[] json, TaskState? state)
    {
        Json = json;
        State = state;
    }

    /// <summary>A <see cref="StreamResponse"/>.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The state that the event reports, if it reports one.</summary>
    public TaskState? State { get; }

    public bool IsTerminal => State is { } state && state.IsTerminal();

    public bool IsInterrupted => State is { } state && state.IsInterrupted();

    public static TaskEvent From(StreamResponse response) =>
        new(JsonSerializer.SerializeToUtf8Bytes(response, A2AJson.Default.StreamResponse), response.State);
}
