using System.Reflection;

namespace AgentMesh.Mesh.Tests;

/// <summary>Where this repository is, and what was built in it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The executable that the manifest attests as the operator.</summary>
    public static string MeshExecutable => MeshIn(Root);

    public static string MeshIn(string root) => Path.Combine(root, "Mesh", "bin", Configuration, "net10.0", "mesh");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "mesh.json")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds a mesh.json");
    }
}
