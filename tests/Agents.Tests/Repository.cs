namespace AgentMesh.Agents.Tests;

/// <summary>Where this repository's own files are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Data { get; } = Path.Combine(Root, "data");

    // Not by the compiler's file path: a deterministic build writes another one.
    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AgentMesh.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No AgentMesh.sln above {AppContext.BaseDirectory}.");
    }
}
