using System.Text.Json;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>A task as it changes: applies changes in place and hands out immutable snapshots. Not thread-safe.</summary>
internal sealed class TaskRecord(AgentTask task)
{
    private readonly List<Message> _history = [.. task.History ?? []];
    private readonly List<GrowingArtifact> _artifacts = [.. (task.Artifacts ?? []).Select(each => new GrowingArtifact(each))];
    private readonly IReadOnlyDictionary<string, JsonElement>? _metadata = task.Metadata;
    private long _fixed = TaskSize.Of(task with { Artifacts = null, Status = new() });

    public string Id { get; } = task.Id;
    public string? ContextId { get; } = task.ContextId;
    public TaskStatus Status { get; private set; } = task.Status;
    public TaskState State => Status.State;
    public long Updated => Status.Timestamp?.ToUnixTimeMilliseconds() ?? 0;
    public Dictionary<string, TaskPushNotificationConfig> PushConfigs { get; } = new(StringComparer.Ordinal);

    /// <summary>About how many bytes it takes.</summary>
    public long Bytes => _fixed + _artifacts.Sum(each => each.Bytes) + TaskSize.Of(Status.Message) + PushConfigs.Values.Sum(TaskSize.Of);

    public void Apply(TaskChange change)
    {
        if (change.Status is { } status)
            Status = status;
        if (change.Message is { } message)
        {
            _history.Add(message);
            _fixed += TaskSize.Of(message);
        }
        if (change.Artifact is not { } update)
            return;
        var at = _artifacts.FindIndex(each => each.Id == update.Artifact.ArtifactId);
        if (at < 0)
            _artifacts.Add(new(update.Artifact));
        else if (update.Append)
            _artifacts[at].Append(update.Artifact.Parts, TaskSize.Of(update.Artifact.Parts));
        else
            _artifacts[at] = new(update.Artifact);
    }

    public AgentTask Snapshot(int? historyLength, bool includeArtifacts) => new()
    {
        Id = Id,
        ContextId = ContextId,
        Status = Status,
        History = Latest(historyLength),
        Artifacts = includeArtifacts && _artifacts.Count > 0 ? [.. _artifacts.Select(each => each.Snapshot())] : null,
        Metadata = _metadata,
    };

    private Message[]? Latest(int? length) => length switch
    {
        0 => null,
        _ when _history.Count == 0 => null,
        { } most when most < _history.Count => [.. _history.GetRange(_history.Count - most, most)],
        _ => [.. _history],
    };
}
