using System.Runtime.CompilerServices;

namespace AgentMesh.Agents.Tests;

/// <summary>Where this repository's own files are.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Source())!, "..", ".."));

    public static string Data { get; } = Path.Combine(Root, "data");

    private static string Source([CallerFilePath] string path = "") => path;
}
