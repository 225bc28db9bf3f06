using System.Net;
using System.Security.Cryptography.X509Certificates;
using AgentMesh.A2A.Mesh.Tests.Mesh;
using AgentMesh.Auth;
using AgentMesh.Spiffe;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AgentMesh.A2A.Mesh.Tests.Registry;

/// <summary>Who can register what, who can find it, and that the registry is not believed (T29).</summary>
[Threat("T29")]
public sealed class RegistryTests : IAsyncLifetime
{
    private readonly ChainMesh _mesh = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _mesh.InitializeAsync();

    [Fact]
    public async Task An_agent_registers_itself_and_is_found_by_skill_by_those_who_may_call_it()
    {
        await _mesh.BackAsync();

        var found = await _mesh.Caller("ann").Directory.FindAsync("read", ScopeSet.Of("back.read"), Cancellation);

        Assert.Equal(("back", "back"), (found.Party.Name, found.Card.Name));
        Assert.Equal(["back"], await NamesAsync("middle"));
        Assert.Equal(["back"], await NamesAsync("back"));
        Assert.Equal(["back"], await NamesAsync("eve"));
        Assert.Empty(await NamesAsync("front"));
    }

    public static TheoryData<string, string, string, int> Attacks => new()
    {
        { "somebody else's name", "rogue", "back", 403 },
        { "somebody else's card under its own name", "rogue", "rogue", 400 },
        { "another host", "back", "back", 400 },
        { "a skill added after signing", "back", "back", 400 },
        { "unsigned", "back", "back", 400 },
        { "signed by another agent", "back", "back", 400 },
        { "an operator", "eve", "eve", 403 },
        { "a service", "auth-server", "back", 403 },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task What_is_not_an_agents_own_card_of_itself_is_refused_recorded_and_not_found(string attack, string party, string name, int status)
    {
        var card = Card("back", attack == "another host" ? "https://evil.example/a2a" : _mesh.AddressOf("back") + "a2a");
        card = attack switch
        {
            "unsigned" => card,
            "signed by another agent" => Sign(card, "rogue"),
            "a skill added after signing" => Sign(card, "back") with { Skills = [.. card.Skills, new() { Id = "do", Name = "d", Description = "d", Tags = ["d"] }] },
            _ => Sign(card, "back"),
        };

        Assert.Equal(status, await PutAsync(party, name, card));

        Assert.Empty(await NamesAsync("eve"));
        var denied = _mesh.RegistryAudit.Events.Last(each => each.Decision == "deny");
        Assert.Equal((ChainManifest.IdOf(party), attack == "a service" ? "edge_unknown" : "registration_refused"), (denied.Caller, denied.Reason));

        // The honest twin.
        Assert.Equal(204, await PutAsync("back", "back", Sign(Card("back", _mesh.AddressOf("back") + "a2a"), "back")));
        Assert.Equal(["back"], await NamesAsync("eve"));
    }

    [Fact]
    public async Task A_workload_that_the_manifest_does_not_name_is_not_let_in()
    {
        var stranger = _mesh.Authority.Source(SpiffeId.Parse("spiffe://agentmesh.local/agent/stranger"));
        using var http = new HttpClient(SpiffeTls.CreateHandler(stranger, stranger, Authorize.AnyPeer(), _mesh.Clock));

        using var response = await http.GetAsync(new Uri(_mesh.RegistryAddress, RegistryConnection.Path), Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("edge_unknown", _mesh.RegistryAudit.Events.Last().Reason);
    }

    [Fact]
    public async Task An_agent_that_claims_a_skill_of_another_is_not_called_for_it_because_the_manifest_gives_no_edge_with_its_scope()
    {
        await _mesh.StartAsync("rogue", builder => builder.AddSkill<FakeDoSkill>());
        var middle = _mesh.Caller("middle");

        var fault = await Assert.ThrowsAsync<SkillException>(() => middle.Directory.FindAsync("do", ScopeSet.Of("back.do"), Cancellation));
        Assert.Equal("no_agent", fault.Reason);

        await _mesh.StartAsync("back", builder =>
        {
            builder.Services.AddSingleton<Deeds>();
            builder.AddSkill<DoSkill>();
        });
        Assert.Equal("back", (await middle.Directory.FindAsync("do", ScopeSet.Of("back.do"), Cancellation)).Party.Name);
    }

    [Fact]
    public async Task Registrations_survive_a_restart_of_the_registry()
    {
        var back = await _mesh.BackAsync();
        await _mesh.StopRegistryAsync();
        await back.DisposeAsync();
        await _mesh.StartRegistryAsync();

        Assert.Equal(["back"], await NamesAsync("ann"));
    }

    [Fact]
    public async Task An_agent_that_stops_is_found_no_longer_and_one_that_is_silent_is_unhealthy()
    {
        var back = await _mesh.BackAsync();
        Assert.True((await FindAsync("ann"))[0].Healthy);
        _mesh.Clock.Advance(RegistryConnection.Lifetime + TimeSpan.FromSeconds(1));
        Assert.False((await FindAsync("ann"))[0].Healthy);

        await back.DisposeAsync();
        Assert.Empty(await FindAsync("ann"));
    }

    [Fact]
    public async Task A_disabled_agent_is_found_by_nobody_until_it_is_enabled_again()
    {
        await _mesh.BackAsync();
        Assert.Equal(["back"], await NamesAsync("ann"));

        await ChangeAsync("disable");
        await UntilAsync(async () => (await FindAsync("ann")).Count == 0);
        Assert.Empty(await NamesAsync("eve"));

        await ChangeAsync("enable");
        await UntilAsync(async () => (await FindAsync("ann")).Count == 1);
    }

    [Fact]
    public async Task An_agent_whose_health_check_fails_does_not_register_until_it_passes()
    {
        var (well, asked) = (false, 0);
        await _mesh.StartAsync(
            "back",
            builder =>
            {
                builder.AddSkill<ReadSkill>();
                builder.Services.AddHealthChecks().AddCheck("test", () =>
                {
                    Interlocked.Increment(ref asked);
                    return Volatile.Read(ref well) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
                });
            },
            waits: false);
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref asked) >= 4));
        Assert.Empty(await FindAsync("ann"));

        Volatile.Write(ref well, true);
        await _mesh.RegisteredAsync("back");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }

    private async Task ChangeAsync(string change)
    {
        using var response = await _mesh.Caller("eve").Raw.PostAsync(new Uri(_mesh.Issuer, $"parties/back/{change}"), null, Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
    }

    [Skill("do", "back.read", Description = "Says that it does it.")]
    private sealed class FakeDoSkill : ISkillHandler
    {
        public Task ExecuteAsync(AgentTaskContext task, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static AgentCard Card(string name, string url) => new()
    {
        Name = name,
        Description = "An agent.",
        Version = "1.0.0",
        SupportedInterfaces = [new() { Url = url, ProtocolBinding = A2AProtocol.JsonRpc, ProtocolVersion = A2AProtocol.Version }],
        Skills = [new() { Id = "read", Name = "Read", Description = "Reads.", Tags = ["read"] }],
    };

    private AgentCard Sign(AgentCard card, string party)
    {
        var svid = _mesh.SourceOf(party).GetX509Svid();
        using var key = svid.Certificate.GetECDsaPrivateKey()!;
        return new AgentCardSigner(key, svid.Id.ToString(), svid.Certificate.RawDataMemory).Sign(card);
    }

    private async Task<int> PutAsync(string party, string name, AgentCard card)
    {
        using var content = new ByteArrayContent(AgentCardJson.Serialize(card)) { Headers = { ContentType = new("application/json") } };
        using var response = await _mesh.Caller(party).Raw.PutAsync(new Uri(_mesh.RegistryAddress, $"{RegistryConnection.Path}/{name}?instance=test"), content, Cancellation);
        return (int)response.StatusCode;
    }

    private Task<IReadOnlyList<RegisteredAgent>> FindAsync(string party) =>
        new AgentRegistryClient(_mesh.Caller(party).Raw, new Uri(_mesh.RegistryAddress, RegistryConnection.Path)).FindAsync(new(), Cancellation);

    private async Task<IEnumerable<string>> NamesAsync(string party) => (await FindAsync(party)).Select(agent => agent.Name);

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
