namespace AgentMesh.Manifest.Tests;

public sealed class ProjectExecutableTests
{
    private static readonly MeshManifest Mesh = MeshManifest.Parse("""
        { "trustDomain": "a", "scopes": {},
          "agents": {
            "advisor": { "project": "agents/Advisor" },
            "named": { "project": "agents/My.Agent", "executable": "out/{configuration}/My.Agent" },
            "fixed": { "project": "agents/Fixed", "executable": "/opt/{configuration}/fixed" } },
          "operators": { "person": {} } }
        """);

    [Fact]
    public void By_convention_it_is_in_the_projects_build_folder()
    {
        Assert.Equal(In("agents/Advisor/bin/Release/net10.0/Advisor"), Resolve("advisor", "Release", windows: false));
        Assert.Equal(In("services/WorkloadApi/bin/Debug/net10.0/WorkloadApi"), Resolve("workload-api", "Debug", windows: false));
    }

    [Fact]
    public void The_manifest_may_name_it_by_configuration()
    {
        Assert.Equal(In("out/Debug/My.Agent"), Resolve("named", "Debug", windows: false));
        Assert.Equal("/opt/Debug/fixed", Resolve("fixed", "Debug", windows: false));
    }

    [Fact]
    public void On_windows_it_ends_with_exe()
    {
        Assert.Equal(In("agents/Advisor/bin/Debug/net10.0/Advisor.exe"), Resolve("advisor", "Debug", windows: true));
        Assert.Equal(In("out/Debug/My.Agent.exe"), Resolve("named", "Debug", windows: true));
    }

    [Fact]
    public void The_terminals_operator_of_this_repository_is_the_command_line_tool()
    {
        var mesh = MeshManifest.Load(Repository.File("mesh.json"));

        Assert.Equal(Repository.File("Mesh/bin/Debug/net10.0/mesh"), ProjectExecutable.ResolveOn(windows: false, mesh, mesh.Operators["local"], "Debug"));
    }

    [Fact]
    public void A_party_without_a_program_is_named_in_the_error() =>
        Assert.Contains("operator person (line 6, column 18)", Assert.Throws<InvalidOperationException>(
            () => Resolve("person", "Debug", windows: false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("Debug/x")]
    [InlineData("a b")]
    public void A_configuration_is_one_folders_name(string configuration) =>
        Assert.Throws<ArgumentException>(() => Resolve("advisor", configuration, windows: false));

    private static string Resolve(string name, string configuration, bool windows)
    {
        Assert.True(Mesh.TryGetParty(name, out var party));
        return ProjectExecutable.ResolveOn(windows, Mesh, party, configuration);
    }

    private static string In(string path) => Path.Combine(Mesh.Root, path);
}
