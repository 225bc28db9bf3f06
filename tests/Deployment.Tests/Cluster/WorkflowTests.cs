using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>What runs on other people's machines with this repository's rights.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows => [.. Repository.Files(".github/workflows", ".yml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_action_is_pinned_by_its_commit_with_the_version_beside_it(string file) => Assert.All(
        File.ReadAllLines(Repository.PathOf($".github/workflows/{file}")).Where(line => line.Contains("uses:", StringComparison.Ordinal)),
        line => Assert.Matches(Pinned(), line));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_has_only_the_right_to_read_and_every_job_an_end(string file)
    {
        var root = Load(file);
        var permissions = Assert.IsType<YamlMappingNode>(root["permissions"]);
        Assert.Equal("contents: read", string.Join(", ", permissions.Select(right => $"{right.Key}: {right.Value}")));
        Assert.Contains(root.Children.Keys, key => key.ToString() == "concurrency");
        foreach (var (_, job) in (YamlMappingNode)root["jobs"])
        {
            var mapping = (YamlMappingNode)job;
            Assert.Contains(mapping.Children.Keys, key => key.ToString() == "timeout-minutes");
            if (mapping.Children.TryGetValue("permissions", out var own))
                Assert.All((YamlMappingNode)own, right => Assert.True(right.Value.ToString() == "read" || right.Key.ToString() == "security-events", right.ToString()));
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_pull_request_from_a_fork_never_runs_with_this_repository_s_secrets(string file)
    {
        var text = File.ReadAllText(Repository.PathOf($".github/workflows/{file}"));
        Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        // A checkout that keeps its credential leaves it to every later step.
        Assert.Equal(Count(text, "actions/checkout@"), Count(text, "persist-credentials: false"));
    }

    [Theory]
    [InlineData("ci", "AGENTMESH_REQUIRE_ASPIRE")]
    [InlineData("aspire", "AGENTMESH_REQUIRE_SPIRE")]
    public void A_job_that_can_run_everything_does_not_leave_out_what_it_cannot(string job, string variable) =>
        Assert.Equal("1", Load("ci.yml")["jobs"][job]["env"][variable].ToString());

    private static YamlMappingNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(Repository.PathOf($".github/workflows/{file}"));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("uses: [\\w./-]+@[0-9a-f]{40} # v[0-9]+\\.[0-9]+\\.[0-9]+$")]
    private static partial Regex Pinned();
}
