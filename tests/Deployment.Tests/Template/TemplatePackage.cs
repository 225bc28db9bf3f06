using System.Diagnostics;
using System.IO.Compression;
using AgentMesh.Deployment.Tests.Bootstrap;
using AgentMesh.Deployment.Tests.Cluster;

namespace AgentMesh.Deployment.Tests.Template;

/// <summary>The template as its users have it: packed, installed into a template hive of its own, instantiated into temporary folders.</summary>
public sealed class TemplatePackage : IAsyncLifetime
{
    // A build of the instance on two busy cores.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly TemporaryFolder _folder = new();

    public IReadOnlyList<string> Content { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await RunAsync(Repository.Root, "dotnet", "pack", "templates", "-o", In("package"), "-v", "q", "--nologo");
        var package = Directory.EnumerateFiles(In("package"), "*.nupkg").Single();
        await using (var archive = await ZipFile.OpenReadAsync(package))
            Content = [.. archive.Entries.Select(entry => Uri.UnescapeDataString(entry.FullName)).Where(name => name.StartsWith("content/", StringComparison.Ordinal))];
        await RunAsync(_folder.Path, "dotnet", "new", "install", package, "--debug:custom-hive", In("hive"));
    }

    /// <summary>Makes an instance, and gives its folder.</summary>
    public async Task<string> InstantiateAsync(string name, params string[] options)
    {
        var folder = In(name);
        await RunAsync(_folder.Path, "dotnet", ["new", "agentmesh", "-n", name, "-o", folder, "--debug:custom-hive", In("hive"), .. options]);
        return folder;
    }

    /// <summary>Runs a program, and fails with all that it printed when it fails.</summary>
    public async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What runs these tests may be a build itself: its settings are not for another one, and the home folder stays as it was.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        start.Environment["DOTNET_CLI_HOME"] = In("home");
        start.Environment["DOTNET_NOLOGO"] = start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        start.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await Task.WhenAll(output, error, process.WaitForExitAsync(timeout.Token));
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private string In(string name) => Path.Combine(_folder.Path, name);
}
