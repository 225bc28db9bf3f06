namespace AgentMesh.Deployment.Tests.Cluster;

public sealed class CheckedInFilesTests
{
    [Fact]
    public void The_cluster_s_files_are_as_the_manifest_has_them() => Assert.True(
        GeneratedFiles.ForKubernetes(Repository.Manifest, Repository.Settings).Stale(Repository.PathOf("deploy/kubernetes")) is { Count: 0 },
        "deploy/kubernetes is stale: run `dotnet run --project Mesh -- manifest kubernetes` and commit what it writes.");

    [Fact]
    public void SPIRE_s_files_are_as_the_manifest_has_them() => Assert.True(
        GeneratedFiles.ForSpire(Repository.Manifest).Stale(Repository.PathOf("deploy/spire")) is { Count: 0 },
        "deploy/spire is stale: run `dotnet run --project Mesh -- manifest spire` and commit what it writes.");

    [Fact]
    public void A_changed_manifest_makes_files_stale_and_writing_them_again_does_not_leave_any()
    {
        using var folder = new Bootstrap.TemporaryFolder();
        var files = GeneratedFiles.ForKubernetes(Repository.Manifest, Repository.Settings);
        Assert.Equal(files.Content.Count, files.Stale(folder.Path).Count);
        files.Write(folder.Path);
        Assert.Empty(files.Stale(folder.Path));
        File.AppendAllText(Path.Combine(folder.Path, "base", "workloads.yaml"), "# by hand\n");
        Assert.Equal(["base/workloads.yaml"], files.Stale(folder.Path));
    }
}
