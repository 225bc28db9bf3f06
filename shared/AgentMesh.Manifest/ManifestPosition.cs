namespace AgentMesh.Manifest;

/// <summary>A place in the manifest's text.</summary>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1 in UTF-16 code units, as editors and compilers count (not in bytes).</param>
public readonly record struct ManifestPosition(int Line, int Column)
{
    internal static ManifestPosition Start => new(1, 1);

    /// <summary>The place as <c>line 12, column 7</c>.</summary>
    public override string ToString() => $"line {Line}, column {Column}";
}
