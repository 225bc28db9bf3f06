using System.Diagnostics;
using System.Reflection;

namespace AgentMesh.WorkloadApi.Tests.Hosting;

/// <summary>Programs that the tests run as processes of their own.</summary>
internal static class Programs
{
    public static string Probe { get; } = Path.Combine(Folder("ProbeFolder"), "WorkloadApi.Probe");

    public static string Server { get; } = Path.Combine(Folder("ServerFolder"), "WorkloadApi");

    /// <summary>A copy of the probe somewhere else: the same code and the same user, another program.</summary>
    public static string CopyProbe(string folder)
    {
        var copy = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Probe)!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return Path.Combine(copy, Path.GetFileName(Probe));
    }

    public static Task<ProgramResult> RunAsync(string program, params string[] arguments) => RunAsync(program, arguments, []);

    public static async Task<ProgramResult> RunAsync(string program, string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new ProgramResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string Folder(string name) =>
        Path.GetFullPath(typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!);
}

internal sealed record ProgramResult(int ExitCode, string Output, string Error);
