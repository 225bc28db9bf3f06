using System.Reflection;

namespace AgentMesh.Testing;

/// <summary>Where this repository's own files are.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: which build of the repository's programs the tests belong to.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>What the build makes of a project, for example <c>agents/Advisor</c>.</summary>
    public static string ProgramOf(string project, string? name = null) =>
        Path.Combine(Root, project, "bin", Configuration, "net10.0", name ?? Path.GetFileName(project));

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
