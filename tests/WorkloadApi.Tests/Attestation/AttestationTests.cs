using System.Security.Cryptography;
using AgentMesh.Spiffe.Protocol;
using AgentMesh.WorkloadApi.Tests.Hosting;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Tests.Attestation;

/// <summary>T24: only the program that the manifest names gets its identity, by the kernel's word.</summary>
public sealed class AttestationTests
{
    private const string Refused = "PermissionDenied: no identity issued";

    [Fact]
    public async Task A_registered_program_gets_its_identity()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync(Programs.Probe, "fetch", mesh.SocketPath);

        Assert.Equal("spiffe://mesh.test/agent/advisor", result.Output);
    }

    [Fact]
    public async Task Another_program_of_the_same_user_is_refused()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync(Programs.CopyProbe(mesh.Folder), "fetch", mesh.SocketPath);

        Assert.Equal(Refused, result.Output);
        Assert.Contains(server.Log.Lines, line => line.Contains("no enabled registration entry matches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_reached_through_a_symbolic_link_is_the_program_it_leads_to()
    {
        using var mesh = new TestMesh();
        var link = Path.Combine(mesh.Folder, "link");
        File.CreateSymbolicLink(link, Path.GetDirectoryName(Programs.Probe)!);
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Path.Combine(link, Path.GetFileName(Programs.Probe))));

        Assert.Equal("spiffe://mesh.test/agent/advisor", (await Programs.RunAsync(Programs.Probe, "fetch", mesh.SocketPath)).Output);
    }

    [Fact]
    public async Task A_program_run_by_dotnet_is_dotnet_and_is_refused()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync("dotnet", Programs.Probe + ".dll", "fetch", mesh.SocketPath);

        Assert.Equal(Refused, result.Output);
    }

    [Fact]
    public async Task A_process_that_connects_and_then_becomes_a_registered_program_is_refused()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync(Programs.CopyProbe(mesh.Folder), "exec", mesh.SocketPath, Programs.Probe);

        Assert.Equal(Refused, result.Output);
    }

    [Fact]
    public async Task A_registered_program_that_becomes_another_is_refused()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync(Programs.Probe, "exec", mesh.SocketPath, Programs.CopyProbe(mesh.Folder));

        Assert.Equal(Refused, result.Output);
    }

    [Fact]
    public async Task A_connection_that_outlives_the_process_that_made_it_is_worth_nothing()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.AgentWithProgram("advisor", Programs.Probe));

        var result = await Programs.RunAsync(Programs.Probe, "leave", mesh.SocketPath, Programs.Probe);

        Assert.Equal(Refused, result.Output);
        Assert.Contains(server.Log.Lines, line => line.Contains("has ended or become another program", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_selectors_of_an_entry_must_match_and_not_just_one()
    {
        using var mesh = new TestMesh();
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Environment.ProcessPath!, TestContext.Current.CancellationToken)));
        var (uid, gid) = OwnIds();
        mesh.Agent("all", TestMesh.ThisProcess, $"unix:uid:{uid}", $"unix:gid:{gid}", $"unix:sha256:{hash}")
            .Agent("other-user", TestMesh.ThisProcess, $"unix:uid:{uid + 1}")
            .Agent("other-group", TestMesh.ThisProcess, $"unix:gid:{gid + 1}")
            .Agent("other-content", TestMesh.ThisProcess, $"unix:sha256:{new string('0', 64)}")
            .Agent("other-path", "unix:path:/usr/bin/true", $"unix:uid:{uid}");
        await using var server = await RunningServer.StartAsync(mesh);

        using var call = server.Workload().FetchX509SVID(new X509SVIDRequest(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["spiffe://mesh.test/agent/all"], (await call.NextAsync()).Svids.Select(s => s.SpiffeId));
    }

    [Fact]
    public async Task A_caller_without_an_entry_is_refused_every_call()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Agent("other", "unix:path:/usr/bin/true"));
        var client = server.Workload();
        var cancel = TestContext.Current.CancellationToken;

        Assert.Equal(new Status(StatusCode.PermissionDenied, "no identity issued"), await client.FetchX509SVID(new(), UnixChannel.Header, cancellationToken: cancel).EndAsync());
        Assert.Equal(StatusCode.PermissionDenied, (await client.FetchX509Bundles(new(), UnixChannel.Header, cancellationToken: cancel).EndAsync()).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await client.FetchJWTBundles(new(), UnixChannel.Header, cancellationToken: cancel).EndAsync()).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () =>
            await client.FetchJWTSVIDAsync(new() { Audience = { "a" } }, UnixChannel.Header, cancellationToken: cancel))).StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () =>
            await client.ValidateJWTSVIDAsync(new() { Audience = "a", Svid = "b" }, UnixChannel.Header, cancellationToken: cancel))).StatusCode);
    }

    private static (uint Uid, uint Gid) OwnIds()
    {
        var status = File.ReadLines("/proc/self/status").ToDictionary(l => l.Split(':')[0], l => l.Split('\t'));
        return (uint.Parse(status["Uid"][2]), uint.Parse(status["Gid"][2]));
    }
}
