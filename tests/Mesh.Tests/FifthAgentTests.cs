using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentMesh.Mesh.Tests;

/// <summary>
/// Adding an agent takes one folder and one entry. The test does it in a copy of what this repository built, with a project of its
/// own that references ServiceDefaults, and asks the new agent, which asks another one.
/// </summary>
public sealed class FifthAgentTests : IDisposable
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="$(AgentMesh)/ServiceDefaults/ServiceDefaults.csproj" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using AgentMesh.A2A;
        using AgentMesh.A2A.Mesh;
        using AgentMesh.ServiceDefaults;
        using AgentMesh.ServiceDefaults.Callees;

        var builder = WebApplication.CreateBuilder(args);
        builder.AddAgent();
        builder.AddSkill<Answer>();
        builder.AddSkillClient<Market>("read-prices", "market.read");
        var app = builder.Build();
        app.UseAgent();
        app.Run();

        record Question(string? Text);

        record Reply(string Answer);

        [Skill("answer", "portfolio.advise", Description = "Says what the library has.")]
        sealed class Answer(Market market) : SkillHandler<Question, Reply>
        {
            protected override async Task<Reply> RunAsync(Question question, AgentTaskContext task, CancellationToken cancellationToken) =>
                new("librarian knows " + await market.NewestAsync("MSFT", cancellationToken));
        }

        sealed class Market(SkillClient skill)
        {
            public async Task<System.Text.Json.JsonElement> NewestAsync(string symbol, CancellationToken cancellationToken) =>
                await skill.AskCalleeAsync<System.Text.Json.JsonElement>(new { symbols = new[] { symbol }, last = 1 }, cancellationToken);
        }
        """;

    private const string Entry = """
        { "project": "agents/Librarian", "calls": { "market-data": { "scopes": ["market.read"] } } }
        """;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_fifth_agent_takes_one_folder_and_one_entry()
    {
        var root = Path.Combine(_sandbox.Root, "r");
        CopyBuilt(root);

        var folder = Directory.CreateDirectory(Path.Combine(root, "agents", "Librarian")).FullName;
        await WriteAsync(Path.Combine(folder, "Librarian.csproj"), Project);
        await WriteAsync(Path.Combine(folder, "Program.cs"), Program);
        await BuildAsync(folder);

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "mesh.json"), TestContext.Current.CancellationToken))!;
        manifest["agents"]!["librarian"] = JsonNode.Parse(Entry);
        // Who may ask it is the operators' business, not the agent's.
        manifest["operators"]!["local"]!["calls"]!["librarian"] = JsonNode.Parse("""{ "scopes": ["portfolio.advise"] }""");
        await WriteAsync(Path.Combine(root, "mesh.json"), manifest.ToJsonString());

        await using var run = MeshRun.Start(_sandbox, root, ["up", "--once", "--json", "--agent", "librarian", "--question", "What do you know?"]);
        Assert.True(await run.ExitAsync() == 0, run.All);
        var report = JsonSerializer.Deserialize<JsonElement>(run.Output);
        var text = report.GetProperty("answer").GetProperty("text").GetString();
        Assert.StartsWith("librarian knows ", text, StringComparison.Ordinal);
        Assert.Contains("MSFT", text, StringComparison.Ordinal);
        Assert.Contains(
            report.GetProperty("hops").EnumerateArray(),
            hop => hop.GetProperty("party").GetString() == "spiffe://agentmesh.local/agent/market-data"
                && hop.GetProperty("caller").GetString() == "spiffe://agentmesh.local/agent/librarian");
    }

    /// <summary>The parts of the repository that run: the built projects and the data, without their sources.</summary>
    private static void CopyBuilt(string root)
    {
        foreach (var project in new[] { "Mesh" }.Concat(ProjectsIn("services")).Concat(ProjectsIn("agents")))
            Copy(Path.Combine(project, "bin", Repository.Configuration, "net10.0"));
        foreach (var settings in ProjectsIn("services").Concat(ProjectsIn("agents")).Select(project => Path.Combine(project, "appsettings.json")))
        {
            if (File.Exists(Path.Combine(Repository.Root, settings)))
                File.Copy(Path.Combine(Repository.Root, settings), Path.Combine(root, settings));
        }

        Copy("data");

        void Copy(string relative)
        {
            var source = Path.Combine(Repository.Root, relative);
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(root, relative, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private static IEnumerable<string> ProjectsIn(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, folder))
            .Where(project => Directory.EnumerateFiles(project, "*.csproj").Any())
            .Select(project => Path.Combine(folder, Path.GetFileName(project)));

    private static async Task BuildAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["build", folder, "-nologo", "-v", "quiet", "-c", Repository.Configuration, $"-p:AgentMesh={Repository.Root}", "-p:BuildProjectReferences=false"])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(build.ExitCode == 0, output);
    }

    private static Task WriteAsync(string path, string text) => File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
}
