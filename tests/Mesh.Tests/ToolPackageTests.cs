using System.Diagnostics;

namespace AgentMesh.Mesh.Tests;

/// <summary>The command-line tool as a .NET tool: packed, installed from a folder, used.</summary>
public sealed class ToolPackageTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task It_is_packed_installed_and_used_in_a_checkout_and_says_elsewhere_what_it_needs()
    {
        var (packages, tools) = (Path.Combine(_sandbox.Root, "packages"), Path.Combine(_sandbox.Root, "tools"));
        await DotnetAsync("pack", Path.Combine(Repository.Root, "Mesh"), "-o", packages, "-c", Repository.Configuration, "--no-build", "-p:StartedByMesh=false", "-p:SolutionPath=");
        var package = Assert.Single(Directory.GetFiles(packages, "*.nupkg"));
        Assert.StartsWith("AgentMesh.Cli.", Path.GetFileName(package), StringComparison.Ordinal);
        await DotnetAsync("tool", "install", "AgentMesh.Cli", "--tool-path", tools, "--source", packages);
        var mesh = Path.Combine(tools, OperatingSystem.IsWindows() ? "mesh.exe" : "mesh");

        var help = await RunAsync(mesh, Repository.Root, "--help");
        Assert.True(help.ExitCode == 0, help.All);
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        var lint = await RunAsync(mesh, Repository.Root, "lint");
        Assert.True(lint.ExitCode == 0, lint.All);

        foreach (var verb in (string[])["lint", "up"])
        {
            var elsewhere = await RunAsync(mesh, _sandbox.Root, verb);
            Assert.True(elsewhere.ExitCode == 2, elsewhere.All);
            Assert.Contains("there is no mesh.json in ", elsewhere.All, StringComparison.Ordinal);
            Assert.Contains("checkout", elsewhere.All, StringComparison.Ordinal);
            Assert.Contains("--manifest FILE", elsewhere.All, StringComparison.Ordinal);
        }
    }

    private async Task DotnetAsync(params string[] arguments)
    {
        var run = await RunAsync("dotnet", _sandbox.Root, arguments);
        Assert.True(run.ExitCode == 0, run.All);
    }

    private async Task<(int ExitCode, string Output, string All)> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_DATA_HOME"] = _sandbox.Data;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await errors}");
    }
}
