using System.Net;
using System.Net.Sockets;

namespace AgentMesh.Mesh.Tests;

/// <summary>Each kind of bad input ends in one clear message and the documented exit code, before anything is started.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task An_unknown_portfolio_is_named_with_those_there_are()
    {
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--portfolio", "port-xyz");
        await ExpectAsync(run, exitCode: 2, "'port-xyz'", "port-abc");
    }

    [Fact]
    public async Task A_negative_weight_is_refused_with_its_symbol()
    {
        var file = Write("p.json", """{"id":"p","name":"P","currency":"USD","holdings":[{"symbol":"MSFT","weight":1.2},{"symbol":"IBM","weight":-0.2}]}""");
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--portfolio", file);
        await ExpectAsync(run, exitCode: 2, file, "IBM", "-0.2");
    }

    [Fact]
    public async Task A_portfolio_that_is_no_JSON_is_named_with_line_and_column()
    {
        var file = Write("p.json", "{\n  \"id\": oops\n}");
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--portfolio", file);
        await ExpectAsync(run, exitCode: 2, $"{file}(2,");
    }

    [Fact]
    public async Task Every_error_of_a_manifest_is_shown_at_its_place()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "mesh.json"), TestContext.Current.CancellationToken);
        var file = Write("mesh.json", text
            .Replace("\"maxDepth\": 4", "\"maxDepht\": 4", StringComparison.Ordinal)
            .Replace("\"accessToken\": \"00:05:00\"", "\"accessToken\": \"09:00:00\"", StringComparison.Ordinal));
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--manifest", file);
        await ExpectAsync(run, exitCode: 2, "maxDepht", "accessToken");
        Assert.Equal(2, run.Errors.Split('\n').Count(line => line.Contains(": error: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--first-port", $"{port}");
        await ExpectAsync(run, exitCode: 2, $"port {port}", "--first-port");
    }

    [Fact]
    public async Task A_temporary_folder_too_long_for_a_socket_is_named_with_the_way_out()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_sandbox.Root, new string('x', 100))).FullName;
        await using var run = MeshRun.Start(_sandbox, Repository.Root, ["up", "--once"], ("TMPDIR", folder));
        await run.ExitAsync();
        await ExpectAsync(run, exitCode: 2, "107", "TMPDIR");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_Workload_API_that_does_not_answer_is_named()
    {
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--once", "--workload-api", $"unix://{_sandbox.Root}/none.sock");
        await ExpectAsync(run, exitCode: 3, $"unix://{_sandbox.Root}/none.sock");
    }

    [Fact]
    public async Task An_unknown_option_is_an_error_of_the_command_line()
    {
        await using var run = await MeshRun.RunAsync(_sandbox, "up", "--onec");
        await ExpectAsync(run, exitCode: 2, "--onec");
    }

    [Fact]
    public async Task Asking_without_a_running_mesh_says_how_to_start_one()
    {
        await using var run = await MeshRun.RunAsync(_sandbox, "ask", "anything");
        await ExpectAsync(run, exitCode: 3, "mesh up");
    }

    private async Task ExpectAsync(MeshRun run, int exitCode, params string[] texts)
    {
        Assert.True(await run.ExitAsync() == exitCode, run.All);
        foreach (var text in texts)
            Assert.Contains(text, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
        Assert.Empty(_sandbox.LeftFiles());
        Assert.Empty(_sandbox.LeftProcesses());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_sandbox.Root, name);
        File.WriteAllText(path, text);
        return path;
    }
}
