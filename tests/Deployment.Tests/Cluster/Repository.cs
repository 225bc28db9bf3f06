using AgentMesh.Deployment.Kubernetes;
using AgentMesh.Manifest;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>The files that stand in this repository, found upwards from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static MeshManifest Manifest { get; } = MeshManifest.Load(Path.Combine(Root, "mesh.json"));

    /// <summary>As <c>mesh manifest kubernetes</c> fills them in.</summary>
    public static KubernetesSettings Settings { get; } = new()
    {
        Services = [.. Manifest.Services.Values
            .Where(service => service.Name is not ("auth-server" or "workload-api") && service.Project is { } project && Directory.Exists(Path.Combine(Root, project)))
            .Select(service => service.Name)],
    };

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static IEnumerable<string> Files(string folder, params string[] extensions) => Directory
        .EnumerateFiles(PathOf(folder), "*", SearchOption.AllDirectories)
        .Where(file => extensions.Contains(Path.GetExtension(file)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AgentMesh.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("These tests run from a clone of the repository.");
    }
}
