using AgentMesh.Manifest;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>Finds <c>Mesh:Manifest</c>: an absolute path, or a relative one searched for from the content root upwards.</summary>
internal static class ManifestLocation
{
    public static MeshManifest Load(string? configured, string contentRoot)
    {
        var path = string.IsNullOrEmpty(configured) ? "mesh.json" : configured;
        for (var folder = new DirectoryInfo(contentRoot); folder is not null && !Path.IsPathRooted(path); folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, path);
            if (File.Exists(candidate))
            {
                return MeshManifest.Load(candidate);
            }
        }
        return File.Exists(path)
            ? MeshManifest.Load(path)
            : throw new StartupException($"Mesh:Manifest: there is no {path} in {contentRoot} or above it. Set Mesh:Manifest to the path of the mesh's manifest.");
    }
}
