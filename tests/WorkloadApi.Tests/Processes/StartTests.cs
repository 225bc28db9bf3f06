using System.Net;
using System.Net.Sockets;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Processes;

/// <summary>The server as a process that is told nonsense: one clear message, exit code 1, no stack trace.</summary>
public sealed class StartTests
{
    [Theory, InlineData("Production"), InlineData("Staging"), InlineData(null)]
    public async Task It_refuses_to_start_outside_Development(string? environment)
    {
        using var mesh = new TestMesh();

        var result = await StartAsync(mesh, [], ("ASPNETCORE_ENVIRONMENT", environment), ("DOTNET_ENVIRONMENT", null));

        AssertRefused(result, "Mesh:WorkloadApi:AllowOutsideDevelopment=true");
        Assert.False(File.Exists(mesh.SocketPath));
    }

    [Fact]
    public async Task It_starts_outside_Development_when_told_so_in_so_many_words_and_says_so_loudly()
    {
        using var mesh = new TestMesh();

        await using var server = await RunningServer.StartAsync(
            mesh.Agent("me", TestMesh.ThisProcess), "--environment=Production", "--Mesh:WorkloadApi:AllowOutsideDevelopment=true", $"--Mesh:AuditDirectory={mesh.Folder}/audit");

        Assert.Contains(server.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("use SPIRE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Outside_Development_it_does_not_start_without_a_journal()
    {
        using var mesh = new TestMesh();

        AssertRefused(await StartAsync(mesh, ["--environment=Production", "--Mesh:WorkloadApi:AllowOutsideDevelopment=true"]), "Mesh:AuditDirectory (environment: Mesh__AuditDirectory) is not set");
    }

    [Fact]
    public async Task A_missing_socket_setting_is_named()
    {
        using var mesh = new TestMesh();

        AssertRefused(await RunAsync($"--Mesh:Manifest={mesh.Write().ManifestPath}"), "Mesh:WorkloadApi:Socket is not set");
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_refused_with_its_length_in_bytes()
    {
        using var mesh = new TestMesh();
        var path = Path.Combine(mesh.Folder, new string('ä', 60));

        var result = await StartAsync(mesh, [$"--Mesh:WorkloadApi:Socket={path}"]);

        AssertRefused(result, $"Mesh:WorkloadApi:Socket: the path is {System.Text.Encoding.UTF8.GetByteCount(path)} bytes long and a Unix socket's may be 107");
    }

    [Fact]
    public async Task A_path_of_107_bytes_is_served()
    {
        using var mesh = new TestMesh();
        var path = Path.Combine(mesh.Folder, new string('a', 106 - mesh.Folder.Length));
        Assert.Equal(107, path.Length);

        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess), $"--Mesh:WorkloadApi:Socket={path}");

        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task A_manifest_that_is_not_there_is_named()
    {
        AssertRefused(await RunAsync("--Mesh:Manifest=/nowhere/mesh.json", "--Mesh:WorkloadApi:Socket=/tmp/x"), "Mesh:Manifest: there is no file /nowhere/mesh.json");
    }

    [Fact]
    public async Task A_manifest_with_an_error_is_refused_with_file_line_and_column()
    {
        using var mesh = new TestMesh();
        await File.WriteAllTextAsync(mesh.ManifestPath, "{\n  \"trustDomain\": 5\n}", TestContext.Current.CancellationToken);

        AssertRefused(await RunAsync($"--Mesh:Manifest={mesh.ManifestPath}", $"--Mesh:WorkloadApi:Socket={mesh.SocketPath}"), "mesh.json(2,");
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var mesh = new TestMesh();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}";

        AssertRefused(await StartAsync(mesh, [$"--urls={address}"]), address);
        Assert.False(File.Exists(mesh.SocketPath));
    }

    [Theory]
    [InlineData("--urls=https://127.0.0.1:0", "ASPNETCORE_URLS")]
    [InlineData("--urls=http://0.0.0.0:8080", "ASPNETCORE_URLS")]
    [InlineData("--urls=http://*:8080", "ASPNETCORE_URLS")]
    [InlineData("--urls=nonsense", "ASPNETCORE_URLS")]
    [InlineData("--Mesh:Configuration=../x", "Mesh:Configuration")]
    [InlineData("--Mesh:WorkloadApi:SocketAccess=all", "Mesh:WorkloadApi:SocketAccess")]
    [InlineData("--Mesh:WorkloadApi:AllowOutsideDevelopment=yes", "Mesh:WorkloadApi:AllowOutsideDevelopment")]
    [InlineData("--Mesh:WorkloadApi:AuthorityLifetime=00:40:00", "Mesh:WorkloadApi:AuthorityLifetime")]
    [InlineData("--Mesh:WorkloadApi:PropagationDelay=-00:00:01", "Mesh:WorkloadApi:PropagationDelay")]
    [InlineData("--Mesh:WorkloadApi:RefreshHint=soon", "Mesh:WorkloadApi:RefreshHint")]
    [InlineData("--Mesh:WorkloadApi:Issuer=not a url", "Mesh:WorkloadApi:Issuer")]
    public async Task A_wrong_setting_is_named(string argument, string setting)
    {
        using var mesh = new TestMesh();

        AssertRefused(await StartAsync(mesh, [argument]), setting);
    }

    [Fact]
    public async Task It_ends_with_the_process_that_started_it_and_leaves_no_socket()
    {
        using var mesh = new TestMesh();
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Programs.Server, [.. Arguments(mesh), "--Mesh:ExitWithParent=true"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development" },
        })!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains(mesh.SocketPath, StringComparison.Ordinal))
        {
        }
        Assert.True(File.Exists(mesh.SocketPath));

        process.StandardInput.Close();
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.False(File.Exists(mesh.SocketPath));
    }

    [Fact]
    public async Task It_ends_quietly_when_the_process_that_started_it_is_gone_already()
    {
        using var mesh = new TestMesh();

        var result = await StartAsync(mesh, ["--Mesh:ExitWithParent=true"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.False(File.Exists(mesh.SocketPath));
    }

    [Fact]
    public async Task Help_lists_every_setting()
    {
        var result = await RunAsync("--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var setting in (string[])["Mesh:Manifest", "Mesh:Configuration", "Socket", "SocketAccess", "AllowOutsideDevelopment", "Issuer", "AuthorityLifetime", "PropagationDelay", "RefreshHint", "ASPNETCORE_URLS"])
            Assert.Contains(setting, result.Output, StringComparison.Ordinal);
    }

    internal static void AssertRefused(ProgramResult result, string message)
    {
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error + result.Output, StringComparison.Ordinal);
    }

    internal static Task<ProgramResult> StartAsync(TestMesh mesh, string[] arguments, params (string Name, string? Value)[] environment) =>
        Programs.RunAsync(
            Programs.Server,
            [.. Arguments(mesh), .. arguments],
            environment.Length > 0 ? environment : [("ASPNETCORE_ENVIRONMENT", "Development")]);

    private static string[] Arguments(TestMesh mesh) =>
        [$"--Mesh:Manifest={mesh.Agent("me", TestMesh.ThisProcess).Write().ManifestPath}", $"--Mesh:WorkloadApi:Socket={mesh.SocketPath}", "--urls=http://127.0.0.1:0"];

    private static Task<ProgramResult> RunAsync(params string[] arguments) =>
        Programs.RunAsync(Programs.Server, arguments, ("ASPNETCORE_ENVIRONMENT", "Development"));
}
