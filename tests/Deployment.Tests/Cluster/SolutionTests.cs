namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>Two solutions: one with everything, one that is built where Aspire's packages are not to be had.</summary>
public sealed class SolutionTests
{
    private static readonly string[] NeedAspire = ["AppHost", "AppHost.Tests"];

    public static TheoryData<string> Projects => [.. Directory
        .EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(folder => folder is "bin" or "obj" or "artifacts" or "templates" or "node_modules"))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_in_the_solution_and_those_without_Aspire_are_in_both(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Lists("AgentMesh.sln", name), $"AgentMesh.sln does not list {project}: run `dotnet sln AgentMesh.sln add {project}`.");
        if (NeedAspire.Contains(name))
            Assert.False(Lists("tests/AgentMesh.Tests.sln", name), $"tests/AgentMesh.Tests.sln lists {project}, which needs Aspire's packages.");
        else
            Assert.True(Lists("tests/AgentMesh.Tests.sln", name), $"tests/AgentMesh.Tests.sln does not list {project}: run `dotnet sln tests/AgentMesh.Tests.sln add {project}`.");
    }

    private static bool Lists(string solution, string project) =>
        File.ReadAllText(Repository.PathOf(solution)).Contains($"\\{project}.csproj\"", StringComparison.Ordinal);
}
