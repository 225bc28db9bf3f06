using AgentMesh.Manifest;

namespace AgentMesh.Cli.CommandLine;

/// <summary>Finds and loads the manifest that a command is about.</summary>
internal static class ManifestFile
{
    public const string Name = "mesh.json";

    /// <exception cref="MeshException">There is none.</exception>
    /// <exception cref="ManifestException">It has errors.</exception>
    public static MeshManifest Load(string? path)
    {
        if (path is null)
            return MeshManifest.Load(FindAbove(Directory.GetCurrentDirectory()) ?? FindAbove(AppContext.BaseDirectory) ?? throw NotFound());

        return File.Exists(path)
            ? MeshManifest.Load(Path.GetFullPath(path))
            : throw MeshException.BadInput($"--manifest {path}: there is no such file.");
    }

    /// <summary>The operator whose identity the command has.</summary>
    /// <exception cref="MeshException">The manifest has no such operator.</exception>
    public static Party Operator(MeshManifest manifest, string name) =>
        manifest.Operators.TryGetValue(name, out var party) ? party : throw MeshException.BadInput(
            $"there is no operator '{name}' in {manifest.Path} (there: {string.Join(", ", manifest.Operators.Keys)}).");

    private static string? FindAbove(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            var candidate = Path.Combine(current.FullName, Name);
            if (File.Exists(candidate))
                return candidate;
        }

        return null;
    }

    private static MeshException NotFound() => MeshException.BadInput(
        $"there is no {Name} in {Directory.GetCurrentDirectory()} or above it. Run mesh in a checkout of AgentMesh, or of what you made of it, which has one; or give one with --manifest FILE.");
}
