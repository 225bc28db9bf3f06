using AgentMesh.Deployment.Kubernetes;
using AgentMesh.Deployment.Spire;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment;

/// <summary>
/// Files that follow from <c>mesh.json</c>, by their path below a folder: written there, and compared with what is there, so that a changed
/// manifest with stale files is noticed.
/// </summary>
public sealed class GeneratedFiles
{
    private readonly string _header;

    private GeneratedFiles(string verb, IReadOnlyDictionary<string, string> content)
    {
        _header = $"# Written by `mesh manifest {verb}` from mesh.json. Change that, and run it again.\n";
        Content = new SortedDictionary<string, string>(
            content.ToDictionary(file => file.Key, file => HasComments(file.Key) ? _header + file.Value : file.Value), StringComparer.Ordinal);
    }

    /// <summary>Each file's content, by its path with <c>/</c> between folders.</summary>
    public IReadOnlyDictionary<string, string> Content { get; }

    /// <summary>For a cluster: <c>base/</c> with all objects and a copy of the manifest, <c>components/operator/</c>, and <c>spire-values.yaml</c> for SPIRE's helm chart.</summary>
    /// <param name="manifest">A manifest that was read from a file.</param>
    /// <param name="settings">What the manifest does not say.</param>
    /// <exception cref="InvalidOperationException">The manifest was not read from a file.</exception>
    public static GeneratedFiles ForKubernetes(MeshManifest manifest, KubernetesSettings settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var text = File.ReadAllText(manifest.Path ?? throw new InvalidOperationException("A manifest that was parsed from text has no file to mount."));
        var files = KubernetesManifests.Generate(manifest, settings).ToDictionary(file => "base/" + file.Key, file => file.Value);
        foreach (var (name, content) in OperatorWorkloads.Files(manifest, settings))
            files["components/operator/" + name] = content;
        files["base/mesh.json"] = text;
        files["spire-values.yaml"] = SpireHelmValues.Write(manifest);
        return new GeneratedFiles("kubernetes", files);
    }

    /// <summary>For a SPIRE server and agent on a container host: see <see cref="SpireFiles"/>.</summary>
    /// <param name="manifest">The mesh.</param>
    public static GeneratedFiles ForSpire(MeshManifest manifest) => new("spire", SpireFiles.ForContainers(manifest));

    /// <summary>Writes the files below a folder, which is made.</summary>
    /// <exception cref="IOException">One cannot be written.</exception>
    public void Write(string folder)
    {
        foreach (var (name, content) in Content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }
    }

    /// <summary>The files below a folder that are missing or say something else.</summary>
    public IReadOnlyList<string> Stale(string folder) => [.. Content
        .Where(file => !File.Exists(Path.Combine(folder, file.Key)) || File.ReadAllText(Path.Combine(folder, file.Key)).ReplaceLineEndings("\n") != file.Value.ReplaceLineEndings("\n"))
        .Select(file => file.Key)];

    private static bool HasComments(string file) => !file.EndsWith(".json", StringComparison.Ordinal);
}
