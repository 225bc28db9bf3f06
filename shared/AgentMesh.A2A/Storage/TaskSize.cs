using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentMesh.A2A.Internal;

/// <summary>
/// About how many bytes of memory something takes. What surrounds the content counts: a request of a million empty parts is small only on the wire.
/// </summary>
internal static class TaskSize
{
    /// <summary>A task with nothing in it.</summary>
    public const long Task = 1024;

    private const long Object = 128;
    private const long JsonToken = 16;

    // Each stands for a value that the parser keeps a row for.
    private static readonly SearchValues<byte> Tokens = SearchValues.Create(",:[{"u8);

    public static long Of(Message? message) => message is null ? 0
        : Object + Of(message.MessageId) + Of(message.ContextId) + Of(message.TaskId) + Of(message.Parts) + Of(message.Metadata) + Of(message.Extensions) + Of(message.ReferenceTaskIds);

    public static long Of(Artifact artifact) =>
        Object + Of(artifact.ArtifactId) + Of(artifact.Name) + Of(artifact.Description) + Of(artifact.Parts) + Of(artifact.Metadata) + Of(artifact.Extensions);

    public static long Of(TaskPushNotificationConfig config) =>
        Object + Of(config.Id) + Of(config.Url) + Of(config.Token) + Of(config.Authentication?.Scheme) + Of(config.Authentication?.Credentials);

    /// <summary>What a task begins with.</summary>
    public static long Of(AgentTask task) =>
        Task + (task.History ?? []).Sum(Of) + (task.Artifacts ?? []).Sum(Of) + Of(task.Metadata) + Of(task.Status.Message);

    /// <summary>What a change adds, had it replaced nothing.</summary>
    public static long Of(TaskChange change) =>
        Of(change.Message) + Of(change.Status?.Message) + (change.Artifact is { } update ? Of(update.Artifact) : 0);

    public static long Of(IReadOnlyList<Part> parts) => parts.Sum(part =>
        Object + Of(part.Text) + (part.Data is { } data ? Of(data) : 0) + (part.Raw?.Length ?? 0) + Of(part.Url) + Of(part.MediaType) + Of(part.Filename) + Of(part.Metadata));

    private static long Of(IReadOnlyDictionary<string, JsonElement>? metadata) => metadata is null ? 0 : Object + metadata.Sum(each => Of(each.Key) + Of(each.Value));

    private static long Of(IReadOnlyList<string>? texts) => texts is null ? 0 : Object + texts.Sum(Of);

    private static long Of(string? text) => text is null ? 0 : (Object / 4) + (2L * text.Length);

    private static long Of(JsonElement json)
    {
        var raw = JsonMarshal.GetRawUtf8Value(json);
        return Object + raw.Length + (JsonToken * raw.CountAny(Tokens));
    }
}
