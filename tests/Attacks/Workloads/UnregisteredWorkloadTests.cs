using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Workloads;

/// <summary>A process wants the identity of an agent that it is not. The kernel says who is at the other end of the socket, not the process.</summary>
public sealed class UnregisteredWorkloadTests
{
    private const string Issued = "spiffe://mesh.test/agent/advisor";
    private const string Refusal = "PermissionDenied: no identity issued";

    [Fact, Threat("T24")]
    public async Task Another_program_of_the_same_user_gets_no_identity()
    {
        await using var service = await IdentityService.StartAsync();

        Assert.Equal(Refusal, await service.RunAsync(service.CopyOfProbe()));
        AssertRecorded(service, "no enabled registration entry matches");
        Assert.Equal(Issued, await service.RunAsync(IdentityService.Probe));
    }

    [Fact, Threat("T24")]
    public async Task The_same_code_run_by_another_program_gets_no_identity()
    {
        await using var service = await IdentityService.StartAsync();

        // "dotnet Probe.dll" is dotnet.
        var link = Path.ChangeExtension(service.CopyOfProbe(), ".link");
        File.CreateSymbolicLink(link, service.CopyOfProbe());
        Assert.Equal(Refusal, await service.RunAsync(link));
        AssertRecorded(service, "no enabled registration entry matches");
        Assert.Equal(Issued, await service.RunAsync(IdentityService.Probe));
    }

    [Fact, Threat("T24")]
    public async Task A_process_that_becomes_the_agents_program_after_connecting_gets_no_identity()
    {
        await using var service = await IdentityService.StartAsync();

        Assert.Equal(Refusal, await service.RunAsync(service.CopyOfProbe(), "exec", IdentityService.Probe));
        Assert.Equal(Issued, await service.RunAsync(IdentityService.Probe));
    }

    [Fact, Threat("T24")]
    public async Task An_agent_that_becomes_another_program_after_connecting_takes_no_identity_along()
    {
        await using var service = await IdentityService.StartAsync();

        Assert.Equal(Refusal, await service.RunAsync(IdentityService.Probe, "exec", service.CopyOfProbe()));
        Assert.Equal(Issued, await service.RunAsync(IdentityService.Probe));
    }

    [Fact, Threat("T24")]
    public async Task A_connection_left_behind_by_an_agent_that_has_ended_is_worth_nothing_whoever_has_its_pid_now()
    {
        await using var service = await IdentityService.StartAsync();

        Assert.Equal(Refusal, await service.RunAsync(IdentityService.Probe, "leave", IdentityService.Probe));
        AssertRecorded(service, "has ended or become another program");
        Assert.Equal(Issued, await service.RunAsync(IdentityService.Probe));
    }

    private static void AssertRecorded(IdentityService service, string reason) =>
        Assert.Contains(service.Log.Lines, line => line.Contains(reason, StringComparison.Ordinal));
}
