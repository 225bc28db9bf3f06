namespace AgentMesh.Manifest;

/// <summary>One reason for or against a call.</summary>
/// <param name="Holds">Whether it speaks for the call.</param>
/// <param name="Text">The reason in a sentence.</param>
/// <param name="Position">Where the manifest says so; null when it is about what the manifest does not say.</param>
public sealed record PolicyReason(bool Holds, string Text, ManifestPosition? Position)
{
    /// <summary>The reason and its line.</summary>
    public override string ToString() => $"{(Holds ? "yes" : "no ")}  {Text}{(Position is { } at ? $" (line {at.Line})" : "")}";
}
