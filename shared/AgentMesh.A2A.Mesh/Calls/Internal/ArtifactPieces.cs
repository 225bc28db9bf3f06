namespace AgentMesh.A2A.Mesh;

/// <summary>Puts artifacts together as a stream brings them.</summary>
internal static class ArtifactPieces
{
    /// <summary>Takes one update: a whole artifact, or parts that are added to what is there.</summary>
    public static void Apply(this Dictionary<string, Artifact> artifacts, TaskArtifactUpdateEvent update)
    {
        var (id, piece) = (update.Artifact.ArtifactId, update.Artifact);
        artifacts[id] = update.Append && artifacts.TryGetValue(id, out var whole) ? whole with { Parts = [.. whole.Parts, .. piece.Parts] } : piece;
    }
}
