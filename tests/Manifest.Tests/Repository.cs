namespace AgentMesh.Manifest.Tests;

/// <summary>Finds files of this repository from wherever the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "AgentMesh.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No AgentMesh.sln above {AppContext.BaseDirectory}.");
    }
}
