using System.Diagnostics;
using System.Text.Json;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>`dotnet publish /t:PublishContainer` makes the images that the cluster's objects ask for. The base image is not pulled here.</summary>
public sealed class ContainerImageTests
{
    public static TheoryData<string> Names => [.. ClusterObjects.Workloads.Select(workload => workload.Metadata.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_project_s_image_is_what_its_pod_runs_under_the_user_and_ports_that_the_pod_expects(string name)
    {
        Assert.True(Repository.Manifest.TryGetParty(name, out var party));
        var image = await EvaluateAsync(Repository.PathOf(party!.Project!));
        var properties = image.GetProperty("Properties");
        string Property(string property) => properties.GetProperty(property).GetString()!;
        var pod = ClusterObjects.Pods[name].Spec;
        var container = pod.Containers.Single();

        Assert.Equal(container.Image, $"{Property("ContainerRepository")}:{Property("ContainerImageTags")}");
        Assert.Equal(pod.SecurityContext.RunAsUser.ToString(), Property("ContainerUser"));
        Assert.EndsWith("-chiseled", Property("ContainerFamily"), StringComparison.Ordinal);
        Assert.Equal(
            container.Ports.Select(port => port.ContainerPort.ToString()).Order(),
            image.GetProperty("Items").GetProperty("ContainerPort").EnumerateArray().Select(port => port.GetProperty("Identity").GetString()).Order());
    }

    private static async Task<JsonElement> EvaluateAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Directory.EnumerateFiles(folder, "*.csproj").Single(), "-getProperty:ContainerRepository,ContainerImageTags,ContainerUser,ContainerFamily", "-getItem:ContainerPort"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await error);
        return JsonDocument.Parse(output).RootElement;
    }
}
