using System.Net.Sockets;
using AgentMesh.WorkloadApi.Configuration;
using AgentMesh.WorkloadApi.Tests.Hosting;
using AgentMesh.WorkloadApi.Tests.Serving;

namespace AgentMesh.WorkloadApi.Tests.Processes;

public sealed class SocketFileTests
{
    private const UnixFileMode Everybody = (UnixFileMode)0b110_110_110;

    [Fact]
    public async Task Only_the_owner_reaches_the_socket_and_its_new_folder()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(mesh.SocketPath));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Path.GetDirectoryName(mesh.SocketPath)!));
    }

    [Fact]
    public async Task Everybody_reaches_the_socket_when_configured_so()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess), "--Mesh:WorkloadApi:SocketAccess=everyone");

        Assert.Equal(Everybody, File.GetUnixFileMode(mesh.SocketPath));
        Assert.Equal((UnixFileMode)0b111_001_001, File.GetUnixFileMode(Path.GetDirectoryName(mesh.SocketPath)!));
    }

    [Fact]
    public async Task A_socket_that_a_crashed_server_left_behind_is_replaced()
    {
        using var mesh = new TestMesh();
        Directory.CreateDirectory(Path.GetDirectoryName(mesh.SocketPath)!);
        LeaveSocketBehind(mesh.SocketPath);
        Assert.True(File.Exists(mesh.SocketPath));

        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
    }

    [Fact]
    public async Task A_socket_that_somebody_serves_is_left_alone()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        StartTests.AssertRefused(await StartTests.StartAsync(mesh, []), $"another process serves {mesh.SocketPath} already");

        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_alone()
    {
        using var mesh = new TestMesh();
        Directory.CreateDirectory(Path.GetDirectoryName(mesh.SocketPath)!);
        await File.WriteAllTextAsync(mesh.SocketPath, "precious", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess)));

        Assert.Equal("precious", await File.ReadAllTextAsync(mesh.SocketPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_in_which_others_could_put_their_own_socket_is_refused()
    {
        using var mesh = new TestMesh();
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(mesh.SocketPath)!).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess)));

        Assert.Contains($"the folder {folder} can be written by others", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sticky_folder_such_as_tmp_will_do()
    {
        using var mesh = new TestMesh();
        File.SetUnixFileMode(Directory.CreateDirectory(Path.GetDirectoryName(mesh.SocketPath)!).FullName, (UnixFileMode)0b1_111_111_111);

        await using var server = await RunningServer.StartAsync(mesh.Agent("me", TestMesh.ThisProcess));

        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
    }

    /// <summary>What a process that is killed leaves: a socket's file that nobody listens on.</summary>
    private static void LeaveSocketBehind(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        // Closing removes the file of the name it was bound to; under another name it stays.
        File.Move(path, path + ".kept");
        socket.Dispose();
        File.Move(path + ".kept", path);
    }
}
