using AgentMesh.Manifest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace AgentMesh.Auth;

/// <summary>Finds and loads the manifest that <see cref="MeshOptions.Manifest"/> names.</summary>
internal static class ManifestFile
{
    public static MeshManifest Load(MeshOptions options, IConfiguration configuration) =>
        MeshManifest.Load(Find(options.Manifest, configuration[HostDefaults.ContentRootKey] ?? Directory.GetCurrentDirectory()));

    public static string Find(string manifest, string start)
    {
        if (Path.IsPathRooted(manifest))
            return File.Exists(manifest) ? manifest : throw NotFound($"The file {manifest} does not exist.");

        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, manifest);
            if (File.Exists(candidate))
                return candidate;
        }
        throw NotFound($"No {manifest} in {start} or any folder above it.");
    }

    private static FileNotFoundException NotFound(string what) =>
        new($"{what} Set {MeshOptions.Names(nameof(MeshOptions.Manifest))} to the path of the mesh manifest.");
}
