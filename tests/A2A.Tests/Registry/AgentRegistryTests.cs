using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AgentMesh.A2A.Tests.Registry;

public sealed class AgentRegistryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"registry-{Guid.NewGuid():N}.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<RegistryServer> StartAsync() => RegistryServer.StartAsync(new InMemoryAgentRegistryStore(), _time);

    [Fact]
    public async Task An_agent_that_registers_itself_is_found_by_name_skill_and_tag_with_a_card_that_verifies()
    {
        await using var server = await StartAsync();
        await server.ConnectAs("risk-analyst").RegisterAsync(server.Card("risk-analyst"), "one", Cancellation);
        await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
        var client = server.ConnectAs(null);
        Assert.Equal(["risk-analyst", "trader"], await NamesAsync(client, new()));
        Assert.Equal(["trader"], await NamesAsync(client, new(Name: "Trader")));
        Assert.Equal(["risk-analyst"], await NamesAsync(client, new(Skill: "risk-analyst.work")));
        Assert.Equal(["risk-analyst", "trader"], await NamesAsync(client, new(Tag: "work")));
        Assert.Empty(await NamesAsync(client, new(Tag: "work", Skill: "none")));
        var found = (await client.FindAsync(new(Name: "trader"), Cancellation)).Single();
        Assert.Equal("spiffe://test/agent/trader", found.Party);
        Assert.Equal("https://trader/a2a", found.Card.SupportedInterfaces[0].Url);
    }

    public static TheoryData<string, string, string> Attacks => new()
    {
        { "for somebody else", "trader", "registers itself only" },
        { "unknown party", "rogue", "registers itself only" },
        { "unsigned", "risk-analyst", "not signed" },
        { "another's key", "risk-analyst", "No trusted key" },
        { "another's key under my name", "risk-analyst", "does not match" },
        { "another host", "risk-analyst", "not risk-analyst's" },
        { "plain http", "risk-analyst", "not risk-analyst's" },
        { "no interface", "risk-analyst", "no interface" },
        { "a skill added after signing", "risk-analyst", "does not match" },
        { "two skills of one id", "risk-analyst", "same id" },
    };

    /// <summary>T29.</summary>
    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_card_that_is_not_the_partys_own_is_refused_and_not_found(string attack, string caller, string reason)
    {
        await using var server = await StartAsync();
        var card = attack switch
        {
            "unsigned" => server.Card("risk-analyst") with { Signatures = null },
            "another's key" => server.Card("risk-analyst", signer: "trader"),
            "another's key under my name" => server.Card("risk-analyst", signer: "trader", keyId: "risk-analyst"),
            "another host" => server.Card("risk-analyst", change: card => card with { SupportedInterfaces = [.. card.SupportedInterfaces, new() { Url = "https://evil.example/", ProtocolBinding = "JSONRPC", ProtocolVersion = "1.0" }] }),
            "plain http" => server.Card("risk-analyst", change: card => card with { SupportedInterfaces = [new() { Url = "http://risk-analyst/", ProtocolBinding = "JSONRPC", ProtocolVersion = "1.0" }] }),
            "no interface" => server.Card("risk-analyst", change: card => card with { SupportedInterfaces = [] }),
            "a skill added after signing" => Added(server.Card("risk-analyst")),
            "two skills of one id" => server.Card("risk-analyst", change: card => card with { Skills = [.. card.Skills, .. card.Skills] }),
            _ => server.Card("risk-analyst"),
        };
        var error = await Assert.ThrowsAsync<A2AException>(() => server.ConnectAs(caller).RegisterAsync(card, "one", Cancellation));
        Assert.Contains(reason, error.Message);
        Assert.Empty(await NamesAsync(server.ConnectAs(null), new()));

        static AgentCard Added(AgentCard card) => card with { Skills = [.. card.Skills, new() { Id = "trade", Name = "t", Description = "t", Tags = ["t"] }] };
    }

    /// <summary>What is around a signature is not signed, and what is around a card in the registry's answer makes it deeper still.</summary>
    [Theory]
    [InlineData(20, null)]
    [InlineData(40, "not valid")]
    [InlineData(60, "not valid")]
    public async Task A_card_is_only_so_deep_that_it_hides_nobody(int depth, string? reason)
    {
        await using var server = await StartAsync();
        await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
        var card = server.Card("risk-analyst");
        card = card with { Signatures = [card.Signatures![0] with { Header = new Dictionary<string, JsonElement> { ["x"] = Nested(depth) } }] };
        if (reason is null)
            await server.ConnectAs("risk-analyst").RegisterAsync(card, "one", Cancellation);
        else
            Assert.Contains(reason, (await Assert.ThrowsAsync<A2AException>(() => server.ConnectAs("risk-analyst").RegisterAsync(card, "one", Cancellation))).Message);
        Assert.Equal(reason is null ? ["risk-analyst", "trader"] : ["trader"], await NamesAsync(server.ConnectAs(null), new()));
    }

    [Theory]
    [InlineData("""{"name":"risk-analyst"}""")]
    [InlineData("""{"name":"risk-analyst","party":"p","healthy":true,"renewed":"2026-01-01T00:00:00Z","card":{"skills":[null]}}""")]
    [InlineData("""{"name":5,"party":"p","healthy":true,"renewed":"yesterday","card":{}}""")]
    [InlineData("""{"name":"risk-analyst","party":"p","healthy":true,"renewed":"2026-01-01T00:00:00Z","card":{"name":"a","name":"b"}}""")]
    [InlineData("""{"name":"risk-analyst","party":"p","healthy":true,"renewed":"2026-01-01T00:00:00Z","card":{"\ud800":1}}""")]
    [InlineData("null")]
    public async Task An_entry_that_cannot_be_read_is_passed_over(string entry)
    {
        var answer = $$"""{"agents":[{{entry}},{"name":"trader","party":"p","healthy":true,"renewed":"2026-01-01T00:00:00Z","card":{"name":"trader"} }]}""";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        await using var registry = builder.Build();
        registry.MapGet("/agents", () => Results.Text(answer, "application/json"));
        await registry.StartAsync(Cancellation);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal(["trader"], await NamesAsync(new(http, new Uri(registry.Urls.Single() + "/agents")), new()));
    }

    [Fact]
    public async Task A_registration_that_can_no_longer_be_read_hides_nobody()
    {
        var store = await RelationalAsync();
        await using var server = await RegistryServer.StartAsync(store, _time);
        await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
        var deep = System.Text.Encoding.UTF8.GetBytes($$"""{"name":"risk-analyst","x":{{Nested(40).GetRawText()}}}""");
        await store.SetAsync(new() { Name = "risk-analyst", Party = "p", CardJson = deep, Card = server.Card("risk-analyst"), Renewed = _time.GetUtcNow() }, "one", default, Cancellation);
        Assert.Equal(["trader"], await NamesAsync(server.ConnectAs(null), new()));
    }

    private static JsonElement Nested(int depth) => JsonElement.Parse(new string('[', depth) + new string(']', depth));

    [Fact]
    public async Task A_party_cannot_register_under_anothers_name_even_with_its_own_card()
    {
        await using var server = await StartAsync();
        var card = server.Card("trader", change: card => card with { Name = "risk-analyst" });
        var error = await Assert.ThrowsAsync<A2AException>(() => server.ConnectAs("trader").RegisterAsync(card, "one", Cancellation));
        Assert.Equal(403, error.HttpStatus);
        await Assert.ThrowsAsync<A2AException>(() => server.ConnectAs("trader").UnregisterAsync("risk-analyst", "one", Cancellation));
        using var response = await server.PutAsync("trader", card);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The card is of risk-analyst", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(await NamesAsync(server.ConnectAs(null), new()));
    }

    [Fact]
    public async Task An_agent_that_does_not_register_again_is_unhealthy_and_comes_last()
    {
        await using var server = await StartAsync();
        await server.ConnectAs("risk-analyst").RegisterAsync(server.Card("risk-analyst"), "one", Cancellation);
        _time.Advance(TimeSpan.FromMinutes(4));
        await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
        var agents = await server.ConnectAs(null).FindAsync(new(), Cancellation);
        Assert.Equal([("trader", true), ("risk-analyst", false)], agents.Select(agent => (agent.Name, agent.Healthy)));
    }

    [Fact]
    public async Task Registrations_survive_a_restart_of_the_registry()
    {
        var source = SqliteFactory.Instance.CreateDataSource($"Data Source={_file};Pooling=False");
        var store = new RelationalAgentRegistryStore(source);
        await store.CreateSchemaAsync(Cancellation);
        await using (var server = await RegistryServer.StartAsync(store, _time))
        {
            await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
            await server.ConnectAs("trader").RegisterAsync(server.Card("trader"), "one", Cancellation);
        }
        await using var restarted = await RegistryServer.StartAsync(new RelationalAgentRegistryStore(source), _time);
        Assert.Equal(["trader"], await NamesAsync(restarted.ConnectAs(null), new(Tag: "trader")));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_service_registers_on_start_renews_and_removes_on_stop()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await StartAsync();
        var client = server.ConnectAs("trader");
        using var service = Service(client, server);
        await service.StartAsync(cancellation);
        IReadOnlyList<RegisteredAgent> agents;
        while ((agents = await client.FindAsync(new(), cancellation)).Count == 0)
        {
        }
        var first = agents[0].Renewed;
        while ((agents = await client.FindAsync(new(), cancellation))[0].Renewed == first)
            _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(agents[0].Healthy);
        await service.StopAsync(cancellation);
        Assert.Empty(await client.FindAsync(new(), cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_process_that_stops_does_not_remove_the_one_that_has_taken_its_place()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await StartAsync();
        var client = server.ConnectAs("trader");
        using var old = Service(client, server);
        using var replacement = Service(client, server);
        await old.StartAsync(cancellation);
        while ((await client.FindAsync(new(), cancellation)).Count == 0)
        {
        }
        var first = (await client.FindAsync(new(), cancellation))[0].Renewed;
        _time.Advance(TimeSpan.FromSeconds(1));
        await replacement.StartAsync(cancellation);
        while ((await client.FindAsync(new(), cancellation))[0].Renewed == first)
        {
        }
        await old.StopAsync(cancellation);
        Assert.Equal(["trader"], await NamesAsync(client, new()));
        await replacement.StopAsync(cancellation);
        Assert.Empty(await client.FindAsync(new(), cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_agent_that_is_unhealthy_does_not_renew_and_registers_when_it_is_well_again()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await StartAsync();
        var client = server.ConnectAs("trader");
        var (well, asked) = (true, 0);
        using var service = Service(client, server, _ =>
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult(Volatile.Read(ref well));
        });
        await service.StartAsync(cancellation);
        while ((await client.FindAsync(new(), cancellation)).Count == 0)
        {
        }
        Volatile.Write(ref well, false);
        var before = Volatile.Read(ref asked);
        await AskedAsync(1);
        // Whatever was under way when the agent fell ill is over.
        var last = (await client.FindAsync(new(), cancellation)).Single().Renewed;
        await AskedAsync(6);
        var ill = (await client.FindAsync(new(), cancellation)).Single();
        Assert.Equal((last, false), (ill.Renewed, ill.Healthy));
        Volatile.Write(ref well, true);
        while (!(await client.FindAsync(new(), cancellation)).Single().Healthy)
            _time.Advance(TimeSpan.FromSeconds(1));

        async Task AskedAsync(int times)
        {
            while (Volatile.Read(ref asked) < before + times)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Processes_that_are_gone_leave_nothing_behind(bool relational)
    {
        IAgentRegistryStore store = relational ? await RelationalAsync() : new InMemoryAgentRegistryStore();
        await using var server = await RegistryServer.StartAsync(store, _time);
        var client = server.ConnectAs("trader");
        await client.RegisterAsync(server.Card("trader"), "one", Cancellation);
        _time.Advance(TimeSpan.FromMinutes(2));
        await client.RegisterAsync(server.Card("trader"), "two", Cancellation);
        await client.UnregisterAsync("trader", "three", Cancellation);
        Assert.Equal(_time.GetUtcNow(), (await client.FindAsync(new(), Cancellation)).Single().Renewed);
        await client.UnregisterAsync("trader", "two", Cancellation);
        Assert.Equal(_time.GetUtcNow().AddMinutes(-2), (await client.FindAsync(new(), Cancellation)).Single().Renewed);
        _time.Advance(TimeSpan.FromMinutes(2));
        await client.RegisterAsync(server.Card("trader"), "two", Cancellation);
        await client.UnregisterAsync("trader", "two", Cancellation);
        Assert.Empty(await client.FindAsync(new(), Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_agent_that_makes_up_processes_keeps_few(bool relational)
    {
        IAgentRegistryStore store = relational ? await RelationalAsync() : new InMemoryAgentRegistryStore();
        await using var server = await RegistryServer.StartAsync(store, _time);
        var client = server.ConnectAs("trader");
        for (var i = 0; i < IAgentRegistryStore.MostInstances + 5; i++)
        {
            await client.RegisterAsync(server.Card("trader"), $"{i}", Cancellation);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        // The five that are left are the oldest ones, which are not kept.
        for (var i = 5; i < IAgentRegistryStore.MostInstances + 5; i++)
            await client.UnregisterAsync("trader", $"{i}", Cancellation);
        Assert.Empty(await client.FindAsync(new(), Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?instance=")]
    [InlineData("?instance=a%00")]
    [InlineData("?instance=01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_registration_says_which_process_it_is_of(string query)
    {
        await using var server = await StartAsync();
        using var response = await server.PutAsync("trader", server.Card("trader"), query);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("which process", await response.Content.ReadAsStringAsync(Cancellation));
    }

    private AgentRegistrationService Service(AgentRegistryClient client, RegistryServer server, Func<CancellationToken, Task<bool>>? healthy = null) =>
        new(client, () => server.Card("trader"), TimeSpan.FromMinutes(1), healthy, _time, NullLogger<AgentRegistrationService>.Instance);

    private async Task<RelationalAgentRegistryStore> RelationalAsync()
    {
        var store = new RelationalAgentRegistryStore(SqliteFactory.Instance.CreateDataSource($"Data Source={_file};Pooling=False"));
        await store.CreateSchemaAsync(Cancellation);
        return store;
    }

    private static async Task<string[]> NamesAsync(AgentRegistryClient client, AgentQuery query) =>
        [.. (await client.FindAsync(query, Cancellation)).Select(agent => agent.Name)];

    public void Dispose()
    {
        foreach (var file in new[] { _file, _file + "-wal", _file + "-shm" })
            File.Delete(file);
    }
}
