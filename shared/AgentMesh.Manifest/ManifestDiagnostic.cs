namespace AgentMesh.Manifest;

/// <summary>One finding about a manifest: where it is, and what to write instead.</summary>
/// <param name="File">The manifest's file, as it was named to <see cref="MeshManifest.Load"/> or <see cref="MeshManifest.Parse"/>.</param>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1 in characters.</param>
/// <param name="IsError">Whether the manifest is refused because of it; otherwise it is a warning.</param>
/// <param name="Message">What is wrong and how to put it right. One line; holds no control characters.</param>
public sealed record ManifestDiagnostic(string File, int Line, int Column, bool IsError, string Message)
{
    /// <summary>The finding in the form that terminals and editors link: <c>mesh.json(12,7): error: …</c>.</summary>
    public override string ToString() => $"{File}({Line},{Column}): {(IsError ? "error" : "warning")}: {Message}";
}
