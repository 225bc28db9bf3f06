namespace AgentMesh.A2A.Internal;

/// <summary>An artifact that parts are appended to (A2A §4.2.2), and about how many bytes it takes.</summary>
internal sealed class GrowingArtifact(Artifact head)
{
    private readonly List<Part> _parts = [.. head.Parts];

    public string Id => head.ArtifactId;

    public long Bytes { get; private set; } = TaskSize.Of(head);

    /// <param name="parts">Come behind those that are there.</param>
    /// <param name="bytes">Their <see cref="TaskSize"/>.</param>
    public void Append(IReadOnlyList<Part> parts, long bytes)
    {
        _parts.AddRange(parts);
        Bytes += bytes;
    }

    public Artifact Snapshot() => head with { Parts = [.. _parts] };
}
