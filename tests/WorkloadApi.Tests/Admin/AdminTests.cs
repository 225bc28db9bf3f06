using AgentMesh.WorkloadApi.Protocol;
using AgentMesh.WorkloadApi.Tests.Hosting;
using AgentMesh.WorkloadApi.Tests.Serving;
using Grpc.Core;

namespace AgentMesh.WorkloadApi.Tests.Admin;

public sealed class AdminTests
{
    private static readonly string Nobody = "unix:path:/usr/bin/true";

    [Fact]
    public async Task The_authorization_server_withdraws_an_agent_and_gives_it_back()
    {
        using var mesh = new TestMesh();
        mesh.Agent("advisor", TestMesh.ThisProcess).Service("auth-server", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);
        var request = new SetEntryStateRequest { SpiffeId = "spiffe://mesh.test/agent/advisor", Enabled = false };

        Assert.True((await SetAsync(server, request)).Changed);
        Assert.False((await SetAsync(server, request)).Changed);
        Assert.Equal(["spiffe://mesh.test/service/auth-server"], (await X509SvidTests.FetchAsync(server)).Svids.Select(s => s.SpiffeId));
        Assert.Equal("advisor False", string.Join(',', (await ListAsync(server)).Entries.Where(e => !e.Enabled).Select(e => $"{e.SpiffeId.Split('/')[^1]} {e.Enabled}")));
        request.Enabled = true;
        Assert.True((await SetAsync(server, request)).Changed);

        Assert.Equal(2, (await X509SvidTests.FetchAsync(server)).Svids.Count);
    }

    [Fact]
    public async Task An_agent_administers_nothing()
    {
        using var mesh = new TestMesh();
        mesh.Agent("advisor", TestMesh.ThisProcess).Service("auth-server", Nobody).Operator("local", Nobody);
        await using var server = await RunningServer.StartAsync(mesh);

        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(() => SetAsync(server, new() { SpiffeId = "spiffe://mesh.test/agent/advisor" })));
        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(() => RotateAsync(server, new() { Target = RotationTarget.X509Svid })));
        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(() => ListAsync(server)));
    }

    [Fact]
    public async Task An_operator_rotates_and_lists_but_does_not_withdraw()
    {
        using var mesh = new TestMesh();
        mesh.Agent("advisor", Nobody).Operator("local", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);

        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(() => SetAsync(server, new() { SpiffeId = "spiffe://mesh.test/agent/advisor" })));
        await RotateAsync(server, new() { Target = RotationTarget.X509Svid });
        Assert.Contains((await ListAsync(server)).Entries, e => e.SpiffeId == "spiffe://mesh.test/agent/advisor" && e.Selectors.Contains(Nobody));
    }

    [Fact]
    public async Task A_withdrawn_administrator_administers_nothing()
    {
        using var mesh = new TestMesh();
        mesh.Agent("advisor", TestMesh.ThisProcess).Operator("local", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);
        server.Entries.SetEnabled(server.Entries.Entries.Single(e => e.Party.Name == "local"), false);

        Assert.Equal(StatusCode.PermissionDenied, await RefusalAsync(() => RotateAsync(server, new() { Target = RotationTarget.X509Svid })));
    }

    [Fact]
    public async Task A_forced_rotation_renews_the_named_identity_and_leaves_the_others()
    {
        using var mesh = new TestMesh();
        mesh.Agent("one", TestMesh.ThisProcess).Agent("two", TestMesh.ThisProcess).Operator("local", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);
        using var call = server.Workload().FetchX509SVID(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        var before = (await call.NextAsync()).Svids;

        await RotateAsync(server, new() { Target = RotationTarget.X509Svid, SpiffeId = "spiffe://mesh.test/agent/two" });
        var after = (await call.NextAsync()).Svids;

        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1].X509Svid, after[1].X509Svid);
        Assert.NotEqual(before[1].X509SvidKey, after[1].X509SvidKey);
        Assert.Equal(before[2], after[2]);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_the_reason()
    {
        using var mesh = new TestMesh();
        await using var server = await RunningServer.StartAsync(mesh.Service("auth-server", TestMesh.ThisProcess));

        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(() => RotateAsync(server, new())));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(() => RotateAsync(server, new() { Target = RotationTarget.JwtAuthority, SpiffeId = "spiffe://mesh.test/a" })));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(() => SetAsync(server, new())));
        Assert.Equal(StatusCode.NotFound, await RefusalAsync(() => SetAsync(server, new() { SpiffeId = "spiffe://mesh.test/agent/nobody" })));
        Assert.Equal(StatusCode.FailedPrecondition, await RefusalAsync(() => SetAsync(server, new() { SpiffeId = "spiffe://mesh.test/service/auth-server" })));
    }

    private static async Task<StatusCode> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;

    private static async Task<SetEntryStateResponse> SetAsync(RunningServer server, SetEntryStateRequest request) =>
        await server.Admin().SetEntryStateAsync(request, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<RotateResponse> RotateAsync(RunningServer server, RotateRequest request) =>
        await server.Admin().RotateAsync(request, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<ListEntriesResponse> ListAsync(RunningServer server) =>
        await server.Admin().ListEntriesAsync(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
}
