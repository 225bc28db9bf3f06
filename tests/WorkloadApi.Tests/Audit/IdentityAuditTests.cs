using AgentMesh.Auth;
using AgentMesh.WorkloadApi.Protocol;
using AgentMesh.WorkloadApi.Tests.Hosting;
using AgentMesh.WorkloadApi.Tests.Serving;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.WorkloadApi.Tests.Audit;

/// <summary>AI8: who was given which identity, who was not, and who changed what, on record before the answer leaves.</summary>
public sealed class IdentityAuditTests
{
    private static readonly string Nobody = "unix:path:/usr/bin/true";

    private readonly RecordedAudit _audit = new();

    [Fact]
    public async Task An_svid_is_on_record_with_the_program_that_got_it()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);

        await X509SvidTests.FetchAsync(server);

        var issued = Assert.Single(_audit.Events, e => e.Kind == "issuance");
        Assert.Equal(("allow", "spiffe://mesh.test/agent/advisor", "x509-svid"), (issued.Decision, issued.Caller, issued.Action));
        Assert.Contains(Environment.ProcessPath!, issued.Posture, StringComparison.Ordinal);
        Assert.Equal("spiffe://mesh.test/service/workload-api", issued.Party);
        Assert.StartsWith("sha256:", issued.PolicyVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_program_is_on_record()
    {
        using var mesh = Mesh().Agent("advisor", Nobody);
        await using var server = await RunningServer.StartAsync(mesh);

        await Assert.ThrowsAsync<RpcException>(() => X509SvidTests.FetchAsync(server));

        var refused = Assert.Single(_audit.Events, e => e.Decision == "deny");
        Assert.Equal(("issuance", "no_entry", (string?)null), (refused.Kind, refused.Reason, refused.Caller));
        Assert.Contains($"pid {Environment.ProcessId} ", refused.Posture, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_for_anothers_token_is_on_record()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess).Agent("trader", Nobody);
        await using var server = await RunningServer.StartAsync(mesh);

        await Assert.ThrowsAsync<RpcException>(async () => await server.Workload().FetchJWTSVIDAsync(
            new() { Audience = { "https://as.test/" }, SpiffeId = "spiffe://mesh.test/agent/trader" }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken));

        var refused = Assert.Single(_audit.Events, e => e.Decision == "deny");
        Assert.Equal(("not_own_identity", "spiffe://mesh.test/agent/advisor"), (refused.Reason, refused.Caller));
    }

    [Fact]
    public async Task A_jwt_svid_is_on_record_without_the_token()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);

        var response = await server.Workload().FetchJWTSVIDAsync(new() { Audience = { "https://as.test/" } }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        var issued = Assert.Single(_audit.Events, e => e.Kind == "issuance");
        Assert.Equal("jwt-svid for https://as.test/", issued.Action);
        Assert.DoesNotContain(_audit.Events, e => e.ToString().Contains(response.Svids[0].Svid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Withdrawing_giving_back_and_rotating_are_on_record_with_who_did_it()
    {
        using var mesh = Mesh().Agent("advisor", Nobody).Service("auth-server", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);
        foreach (var enabled in (bool[])[false, true])
            await server.Admin().SetEntryStateAsync(new() { SpiffeId = "spiffe://mesh.test/agent/advisor", Enabled = enabled }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);
        await server.Admin().RotateAsync(new() { Target = RotationTarget.X509Authority }, UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([("disable-entry", "svids_withdrawn"), ("enable-entry", null)],
            _audit.Events.Where(e => e.Kind == "revocation").Select(e => (e.Action!, e.Remediation)));
        Assert.All(_audit.Events.Where(e => e.Kind == "revocation"), e => Assert.Equal(("spiffe://mesh.test/service/auth-server", "spiffe://mesh.test/agent/advisor"), (e.Caller, e.Subject)));
        Assert.Contains(_audit.Events, e => e is { Kind: "rotation", Caller: "spiffe://mesh.test/service/auth-server" } && e.Action!.StartsWith("rotate X509Authority", StringComparison.Ordinal));
        Assert.Contains(_audit.Events, e => e is { Kind: "rotation", Caller: null });
    }

    [Fact]
    public async Task An_agent_that_tries_to_administer_is_on_record()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);

        await Assert.ThrowsAsync<RpcException>(() => server.Admin().ListEntriesAsync(new(), UnixChannel.Header, cancellationToken: TestContext.Current.CancellationToken).ResponseAsync);

        var refused = Assert.Single(_audit.Events, e => e.Decision == "deny");
        Assert.Equal(("not_administrator", "spiffe://mesh.test/agent/advisor"), (refused.Reason, refused.Caller));
    }

    [Fact]
    public async Task No_svid_leaves_before_it_is_on_record()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);
        var durable = new TaskCompletionSource();
        _audit.Durable = durable.Task;

        var fetching = X509SvidTests.FetchAsync(server);
        while (_audit.Events.All(e => e.Kind != "issuance"))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(fetching.IsCompleted, "an SVID was handed out before its record was durable");

        durable.SetResult();
        Assert.Single((await fetching).Svids);
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_issued()
    {
        using var mesh = Mesh().Agent("advisor", TestMesh.ThisProcess);
        await using var server = await RunningServer.StartAsync(mesh);

        _audit.Fails = true;
        foreach (var fetch in (Func<Task>[])[() => X509SvidTests.FetchAsync(server), () => server.Workload().FetchJWTSVIDAsync(new() { Audience = { "a" } }, UnixChannel.Header).ResponseAsync])
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(fetch)).StatusCode);
        _audit.Fails = false;

        Assert.Single((await X509SvidTests.FetchAsync(server)).Svids);
    }

    private TestMesh Mesh() => new() { Services = services => services.AddSingleton<IAuditLog>(_audit) };
}
