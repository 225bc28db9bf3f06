using YamlDotNet.RepresentationModel;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>What the cluster has and the files no longer ask for is found by a label and a list of kinds (docs/kubernetes.md).</summary>
public sealed class LeftoverTests
{
    public static TheoryData<string> Generated => [.. ClusterObjects.Files.Keys.Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) && Path.GetFileName(file) is not ("kustomization.yaml" or "spire-values.yaml"))];

    [Theory]
    [MemberData(nameof(Generated))]
    public void Every_object_is_of_a_documented_kind_and_carries_the_label(string file)
    {
        var command = File.ReadLines(Repository.PathOf("docs/kubernetes.md")).SkipWhile(line => !line.StartsWith("comm -13", StringComparison.Ordinal)).Skip(1).ToList();
        var kinds = command[0].Split(' ').Single(word => word.Contains(',')).Split(',');
        var label = command[1].Split(' ').Single(word => word.Contains('=')).Split('=');

        var stream = new YamlStream();
        stream.Load(new StringReader(ClusterObjects.Files[file]));
        Assert.NotEmpty(stream.Documents);
        Assert.All(stream.Documents.Select(document => document.RootNode), each =>
        {
            Assert.Equal(label[1], each["metadata"]["labels"][label[0]].ToString());
            // The namespace goes last, and by itself.
            Assert.Contains(each["kind"].ToString().ToLowerInvariant(), kinds.Append("namespace"));
        });
    }
}
