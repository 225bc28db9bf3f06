using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>
/// Puts a task's artifacts together as a stream brings them (A2A §4.2.2), up to a size: an agent that appends for ever does not take the memory of
/// whoever listens. Not safe for concurrent use.
/// </summary>
/// <param name="maxBytes">How many bytes of memory all artifacts may take together, about.</param>
public sealed class ArtifactPieces(long maxBytes = ArtifactPieces.DefaultMaxBytes)
{
    /// <summary>32 MiB.</summary>
    public const long DefaultMaxBytes = 32 * 1024 * 1024;

    private readonly Dictionary<string, GrowingArtifact> _artifacts = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Begins anew with what a task has already.</summary>
    /// <param name="artifacts">The task's artifacts.</param>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.InvalidAgentResponse"/>: they are too large.</exception>
    public void Begin(IEnumerable<Artifact>? artifacts)
    {
        _artifacts.Clear();
        _bytes = 0;
        foreach (var artifact in artifacts ?? [])
            Replace(artifact);
    }

    /// <summary>Takes one update: a whole artifact, or parts that are added to what is there.</summary>
    /// <param name="update">The update.</param>
    /// <exception cref="A2AException"><see cref="A2AErrorCode.InvalidAgentResponse"/>: with it they are too large.</exception>
    public void Apply(TaskArtifactUpdateEvent update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (!update.Append || !_artifacts.TryGetValue(update.Artifact.ArtifactId, out var artifact))
        {
            Replace(update.Artifact);
            return;
        }
        var more = TaskSize.Of(update.Artifact.Parts);
        Count(more);
        artifact.Append(update.Artifact.Parts, more);
    }

    /// <summary>The artifacts, in the order in which they came.</summary>
    public IReadOnlyList<Artifact> ToList() => [.. _artifacts.Values.Select(each => each.Snapshot())];

    private void Replace(Artifact artifact)
    {
        var growing = new GrowingArtifact(artifact);
        Count(growing.Bytes - (_artifacts.TryGetValue(artifact.ArtifactId, out var before) ? before.Bytes : 0));
        _artifacts[artifact.ArtifactId] = growing;
    }

    private void Count(long more)
    {
        _bytes += more;
        if (_bytes > maxBytes)
            throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"The agent's artifacts are larger than {maxBytes} bytes.");
    }
}
