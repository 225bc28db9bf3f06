using System.ComponentModel;
using System.Diagnostics;

namespace AgentMesh.A2A.Tests.Sdk;

/// <summary>One installation for all tests that need it.</summary>
[CollectionDefinition(nameof(NodeInterop))]
public sealed class NodeInteropGroup : ICollectionFixture<NodeInterop>;

/// <summary>Runs the scripts in the folder <c>interop</c> with Node.js, installing what they need when it is not there.</summary>
public sealed class NodeInterop : IAsyncLifetime
{
    /// <summary>Set to 1 where Node.js is known to be installed: there a skipped test would hide that no client but our own was tried.</summary>
    public const string RequiredVariable = "AGENTMESH_REQUIRE_NODE";

    /// <summary>Why scripts cannot be run; <see langword="null"/> when they can.</summary>
    public string? Missing { get; private set; }

    private static readonly string[] Sdks = ["@a2a-js", "@modelcontextprotocol"];

    private static string Folder { get; } = Path.Combine(ProjectFolder(), "interop");

    public async ValueTask InitializeAsync()
    {
        if (!await CanRunAsync("node") || !await CanRunAsync("npm"))
        {
            Missing = "Node.js 20 or later with npm is not on the PATH; the JavaScript SDKs cannot be run.";
            if (Environment.GetEnvironmentVariable(RequiredVariable) == "1")
                throw new InvalidOperationException(Missing);
            return;
        }
        // Several test projects use it, and run at the same time.
        await using var turn = await TurnAsync();
        if (Sdks.All(sdk => Directory.Exists(Path.Combine(Folder, "node_modules", sdk, "sdk"))))
            return;
        var (exit, _, errors) = await RunAsync("npm", null, "ci");
        if (exit != 0)
            throw new InvalidOperationException($"npm ci in tests/A2A.Tests/interop failed: {errors}");
    }

    /// <summary>Runs a script to its end and returns what it printed.</summary>
    public static async Task<string> RunScriptAsync(string script, string input, params string[] arguments)
    {
        var (exit, output, errors) = await RunAsync("node", input, [script, .. arguments]);
        return exit == 0 ? output : throw new InvalidOperationException($"node {script} ended with {exit}: {errors}");
    }

    /// <summary>Starts a script that goes on until its input ends.</summary>
    public static Process Start(string script) => Process.Start(StartInfo("node", script))!;

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(string program, string? input, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, arguments))!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<FileStream> TurnAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "agentmesh-interop.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 1_200)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task<bool> CanRunAsync(string program)
    {
        try
        {
            return (await RunAsync(program, null, "--version")).Exit == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static ProcessStartInfo StartInfo(string program, params string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    // Not by the compiler's file path: a deterministic build writes another one.
    private static string ProjectFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "A2A.Tests", "A2A.Tests.csproj")))
                return Path.Combine(folder.FullName, "A2A.Tests");
        }
        throw new InvalidOperationException($"No A2A.Tests.csproj above {AppContext.BaseDirectory}.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
