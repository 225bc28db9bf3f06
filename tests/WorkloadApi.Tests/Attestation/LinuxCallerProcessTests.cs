using System.Diagnostics;
using System.Net.Sockets;
using AgentMesh.WorkloadApi.Attestation.Linux;
using AgentMesh.WorkloadApi.Tests.Hosting;

namespace AgentMesh.WorkloadApi.Tests.Attestation;

/// <summary>What holds on kernels without process handles too, and what paths alone would not show.</summary>
public sealed class LinuxCallerProcessTests
{
    [Fact]
    public async Task A_process_that_has_ended_is_no_longer_the_same_even_by_its_start_time_alone()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        try
        {
            using var caller = LinuxCallerProcess.Read(new PeerCredentials(process.Id, 0, 0), handle: null);
            Assert.NotNull(caller);
            Assert.True(caller.IsUnchanged());

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.False(caller.IsUnchanged());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(int.MaxValue)]
    public void A_number_without_a_process_is_nobody(int pid) =>
        Assert.Null(LinuxCallerProcess.Read(new PeerCredentials(pid, 0, 0), handle: null));

    [Fact]
    public async Task A_process_number_that_somebody_else_has_now_is_nobody()
    {
        using var connection = await ConnectionOfEndedProcessAsync();
        var ofTheDead = PeerCredentials.HandleOf(connection);
        Assert.SkipWhen(ofTheDead is null, "this kernel gives out no process handles");

        // The number lives, and everything in /proc is in order; but it is not who connected.
        using var impostor = LinuxCallerProcess.Read(new PeerCredentials(Environment.ProcessId, 0, 0), ofTheDead);

        Assert.Null(impostor);
        Assert.Null(new LinuxCallerAttestor().Attest(connection));
    }

    [Fact]
    public void Without_process_handles_the_start_time_tells_a_reused_number()
    {
        using var mesh = new TestMesh();
        var folder = Directory.CreateDirectory(Path.Combine(mesh.Folder, "4711")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "exe"), "/usr/bin/env");
        Stat("100");
        using var caller = LinuxCallerProcess.Read(new PeerCredentials(4711, 0, 0), handle: null, root: mesh.Folder);
        Assert.NotNull(caller);
        Assert.True(caller.IsUnchanged());

        Stat("101");

        Assert.False(caller.IsUnchanged());

        // The program's name is whatever the program wants it to be.
        void Stat(string startTime) => File.WriteAllText(
            Path.Combine(folder, "stat"), $"4711 (a) S 1 ) x) {string.Join(' ', Enumerable.Range(0, 19).Select(i => i == 0 ? "S" : "0"))} {startTime} 0 0");
    }

    [Fact]
    public async Task The_kernel_names_this_process_at_the_other_end_of_its_own_connection()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        using var caller = new LinuxCallerAttestor().Attest(accepted);

        Assert.NotNull(caller);
        Assert.Equal(Environment.ProcessId, caller.ProcessId);
        Assert.Equal(Environment.ProcessPath, caller.ExecutablePath);
        Assert.True(caller.IsServersUser);
        Assert.True(caller.Executes(Environment.ProcessPath!));
        Assert.False(caller.Executes("/usr/bin/true"));
        Assert.False(caller.Executes("/nowhere"));
    }

    [Fact]
    public async Task A_program_that_is_shown_under_anothers_path_is_refused()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(
            mesh.AgentWithProgram("by-convention", Programs.Probe).Agent("by-selector", $"unix:path:{Programs.Probe}"));
        var impostor = Programs.CopyProbe(mesh.Folder);
        // Without privileges, anybody can have a mount namespace in which one file lies over another.
        var result = await Programs.RunAsync(
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", $"mount --bind '{impostor}' '{Programs.Probe}' && exec '{Programs.Probe}' fetch '{mesh.SocketPath}'");
        Assert.SkipWhen(result.ExitCode != 0, $"this machine gives out no mount namespaces: {result.Error}");

        Assert.Equal("PermissionDenied: no identity issued", result.Output);
        Assert.Contains(server.Log.Lines, line => line.Contains($"({Programs.Probe})", StringComparison.Ordinal) && line.Contains("no enabled registration entry matches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_user_who_runs_a_registered_program_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run a program as somebody else");
        using var mesh = new TestMesh();
        File.SetUnixFileMode(mesh.Folder, (UnixFileMode)0b111_101_101);
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe), "--Mesh:WorkloadApi:SocketAccess=everyone");

        var result = await Programs.RunAsync("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Programs.Probe, "fetch", mesh.SocketPath);
        Assert.SkipWhen(result.Output.Length == 0, $"that user cannot run the program here: {result.Error}");

        Assert.Equal("PermissionDenied: no identity issued", result.Output);
        Assert.Contains(server.Log.Lines, line => line.Contains("of uid 65534", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_replaced_while_it_runs_is_no_longer_what_the_manifest_names()
    {
        using var mesh = new TestMesh();
        var program = Path.Combine(mesh.Folder, "sleep");
        File.Copy("/bin/sleep", program);
        using var process = Process.Start(new ProcessStartInfo(program, "600"))!;
        try
        {
            using var caller = LinuxCallerProcess.Read(new PeerCredentials(process.Id, 0, 0), handle: null);
            Assert.NotNull(caller);
            Assert.True(caller.Executes(program));

            File.Copy("/bin/sleep", program + ".new");
            File.Move(program + ".new", program, overwrite: true);

            Assert.False(caller.Executes(program));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<Socket> ConnectionOfEndedProcessAsync()
    {
        using var mesh = new TestMesh();
        var path = Path.Combine(mesh.Folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var process = Process.Start(new ProcessStartInfo(Programs.Probe, ["fetch", path]))!;
        var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
