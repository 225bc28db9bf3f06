using System.Diagnostics;
using AgentMesh.Deployment.Tests.Bootstrap;

namespace AgentMesh.Deployment.Tests.Cluster;

/// <summary>A block of commands in the documentation, run as it is pasted, in a folder whose scripts stand in for programs of the same name.</summary>
internal static class DocumentedCommands
{
    /// <summary>Runs the first block after a line that begins with <paramref name="after"/>; fails when one of its commands does.</summary>
    public static async Task RunAsync(string file, string after, TemporaryFolder folder)
    {
        var commands = File.ReadLines(Repository.PathOf(file))
            .SkipWhile(line => !line.StartsWith(after, StringComparison.Ordinal)).SkipWhile(line => line != "```").Skip(1).TakeWhile(line => line != "```");
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", string.Join('\n', commands)])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var bash = Process.Start(start)!;
        bash.StandardInput.Close();
        var error = await bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bash.ExitCode == 0, error);
    }
}
