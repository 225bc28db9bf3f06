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
}
