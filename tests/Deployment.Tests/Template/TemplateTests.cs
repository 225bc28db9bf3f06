using System.Text.RegularExpressions;
using AgentMesh.Deployment.Tests.Cluster;

namespace AgentMesh.Deployment.Tests.Template;

/// <summary><c>dotnet new agentmesh</c>. Two of these build what it makes, which takes about a minute each on two cores.</summary>
public sealed partial class TemplateTests(TemplatePackage package) : IClassFixture<TemplatePackage>
{
    private static readonly string[] OldNames = ["AgentMesh", "agentmesh", "StarterAgent", "starter-agent"];

    [Fact]
    public async Task The_package_holds_what_git_has_without_lock_files()
    {
        var files = (await package.RunAsync(Repository.Root, "git", "ls-files")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(file => !file.EndsWith("packages.lock.json", StringComparison.Ordinal) && file != "templates/AgentMesh.Templates.csproj" && File.Exists(Repository.PathOf(file)))
            .Select(file => "content/agentmesh/" + file);
        Assert.Equal(files.Order(StringComparer.Ordinal), package.Content.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_mesh_with_one_agent_of_its_own_builds_and_has_its_own_policy()
    {
        var folder = await package.InstantiateAsync("Acme.Insurance", "--trustDomain", "acme.example", "--samples", "false", "--agent", "claims-clerk");
        AssertRenamed(folder);
        Assert.Equal(["ClaimsClerk"], Directory.EnumerateDirectories(Path.Combine(folder, "agents")).Select(Path.GetFileName));

        Assert.Superset(new HashSet<string> { "Mesh/Mesh.csproj", "AppHost/AppHost.csproj", "agents/ClaimsClerk/ClaimsClerk.csproj" }, (await ProjectsAsync(folder, "Acme.Insurance.sln")).ToHashSet());
        // Mesh builds what it starts: the agent and the services.
        await package.RunAsync(folder, "dotnet", "build", "Mesh", "-v", "q", "--nologo");
        Assert.True(File.Exists(Path.Combine(folder, "agents/ClaimsClerk/bin/Debug/net10.0/ClaimsClerk.dll")));
        var mesh = Path.Combine(folder, "Mesh/bin/Debug/net10.0/mesh");
        await package.RunAsync(folder, mesh, "can", "local", "claims-clerk", "claims-clerk.ask");
        await package.RunAsync(folder, mesh, "manifest", "kubernetes");
        AssertNamespace(folder, "acmeinsurance");
        Assert.Contains("spiffe://acme.example/agent/claims-clerk", await File.ReadAllTextAsync(Path.Combine(folder, "deploy/kubernetes/base/cluster-spiffe-ids.yaml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_samples_come_along_under_the_new_name_and_trust_domain()
    {
        // This is no namespace of C#, no package of Protocol Buffers and no identifier of SQL.
        var folder = await package.InstantiateAsync("acme-mesh", "--trustDomain", "acme.example");
        AssertRenamed(folder);
        AssertNamespace(folder, "acmemesh");
        Assert.Contains("AppHost/AppHost.csproj", await ProjectsAsync(folder, "Acmemesh.sln"));
        Assert.NotEmpty(await ProjectsAsync(folder, "tests/Acmemesh.Tests.sln"));

        await package.RunAsync(folder, "dotnet", "build", "Mesh", "-v", "q", "--nologo");
        var mesh = Path.Combine(folder, "Mesh/bin/Debug/net10.0/mesh");
        await package.RunAsync(folder, mesh, "can", "advisor", "market-data", "market.read");
        // What was renamed and what the renamed code writes is the same.
        await package.RunAsync(folder, mesh, "manifest", "kubernetes", "--check");
        await package.RunAsync(folder, mesh, "manifest", "spire", "--check");
    }

    /// <summary>The projects that a solution lists, every one of which is there.</summary>
    private static async Task<IReadOnlyList<string>> ProjectsAsync(string folder, string solution)
    {
        var path = Path.Combine(folder, solution);
        var projects = Project().Matches(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Select(match => match.Groups[1].Value.Replace('\\', '/')).ToList();
        Assert.All(projects, project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, project)), $"{solution} lists {project}, which is not there."));
        return projects;
    }

    /// <summary>A namespace is a DNS label (RFC 1123), whatever the mesh is called.</summary>
    private static void AssertNamespace(string folder, string expected) =>
        Assert.Contains($"\n  name: {expected}\n", File.ReadAllText(Path.Combine(folder, "deploy/kubernetes/base/namespace.yaml")), StringComparison.Ordinal);

    private static void AssertRenamed(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is not ".csv"))
        {
            var text = File.ReadAllText(file);
            Assert.All(OldNames, old =>
            {
                Assert.False(text.Contains(old, StringComparison.Ordinal), $"{file} still says {old}.");
                Assert.DoesNotContain(old, Path.GetRelativePath(folder, file), StringComparison.Ordinal);
            });
        }
    }

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex Project();
}
