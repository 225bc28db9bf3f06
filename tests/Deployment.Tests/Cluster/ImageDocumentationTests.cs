using AgentMesh.Deployment.Tests.Bootstrap;
using YamlDotNet.RepresentationModel;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>The commands of docs/kubernetes.md that say where the images are, run on a copy: <c>dotnet</c> and <c>git</c> are stand-ins.</summary>
public sealed class ImageDocumentationTests : IDisposable
{
    private static readonly string[] Published = ["Mesh", "services/AuthServer", "services/Registry", .. Directory.EnumerateDirectories(Repository.PathOf("agents")).Select(folder => "agents/" + Path.GetFileName(folder))];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_image_that_the_cluster_is_to_run_comes_from_the_registry_that_was_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var images = await ImagesAsync();
        // PostgreSQL's is named in full.
        foreach (var image in ClusterObjects.Pods.Values.SelectMany(pod => pod.Spec.Containers).Select(container => container.Image).Where(image => !image.StartsWith("docker.io/", StringComparison.Ordinal)))
            Assert.Equal(($"registry.example/team/{image.Split('/', ':')[^2]}", "12e4567"), images[image.Split(':')[0]]);
    }

    [Fact]
    public async Task Writing_the_generated_files_again_leaves_them_and_the_images_as_they_are()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var images = await ImagesAsync();
        var files = GeneratedFiles.ForKubernetes(Repository.Manifest, Repository.Settings);
        Assert.Empty(files.Stale(Kubernetes));
        files.Write(Kubernetes);
        Assert.Equal(images, Read());
        // Nor do they pile up with each release.
        Assert.Equal(images, await ImagesAsync());
    }

    public void Dispose() => _folder.Dispose();

    private string Kubernetes => Path.Combine(_folder.Path, "deploy/kubernetes");

    private async Task<IReadOnlyDictionary<string, (string, string)>> ImagesAsync()
    {
        foreach (var project in Published)
            Directory.CreateDirectory(Path.Combine(_folder.Path, project));
        foreach (var file in Repository.Files("deploy/kubernetes", ".yaml", ".json").Select(file => Path.GetRelativePath(Repository.Root, file)).Where(file => !File.Exists(Path.Combine(_folder.Path, file))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, file))!);
            File.Copy(Repository.PathOf(file), Path.Combine(_folder.Path, file));
        }
        _folder.Script("dotnet", "exit 0");
        // A commit that YAML takes for a number.
        _folder.Script("git", "echo 12e4567");

        await DocumentedCommands.RunAsync("docs/kubernetes.md", "**2. Images.**", _folder);
        return Read();
    }

    private Dictionary<string, (string, string)> Read()
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Kubernetes, "kustomization.yaml"));
        stream.Load(reader);
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        Assert.Equal("base", Assert.Single((YamlSequenceNode)root["resources"]).ToString());
        return ((YamlSequenceNode)root["images"]).ToDictionary(image => image["name"].ToString(), image => (image["newName"].ToString(), image["newTag"].ToString()));
    }
}
