using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using static AgentMesh.AuthServer.Tests.Fixtures.EventPolls;

namespace AgentMesh.AuthServer.Tests;

/// <summary>The stream of security events, as those who listen see it.</summary>
[Proves("SE1", "AI7", "T31")]
public sealed class SecurityEventTests
{
    [Fact]
    public async Task A_revoked_task_ends_on_every_hop()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Describe("local", "advisor", "trader", "trade.propose", "advisor");

        await server.ClientOf("local").PostAsync($"transactions/{token.TransactionId}/revoke");

        Refused.Because(server, await server.ClientOf("trader").ExchangeAsync(server.Sign(token), "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
        var claims = Jwt.Payload(Assert.Single(Sets(await PollAsync(server.ClientOf("risk-analyst")))).Value);
        Assert.Equal(("opaque", token.TransactionId), ((string?)claims["sub_id"]!["format"], (string?)claims["sub_id"]!["id"]));
        Assert.True((long)claims["events"]![SessionRevoked]!["expires_at"]! > server.Time.GetUtcNow().ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("advisor")]
    public async Task Only_operators_who_may_revoke_do(string party)
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.ClientOf(party).PostAsync("parties/trader/disable"), 403, "access_denied", "not_permitted");
        Refused.Because(server, await server.ClientOf(party).PostAsync("transactions/x/revoke"), 403, "access_denied", "not_permitted");
        Assert.Empty(Sets(await PollAsync(server.ClientOf("trader"), immediately: true)));
    }

    [Fact]
    public async Task An_event_is_sent_until_it_is_acknowledged()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        await server.ClientOf("local").PostAsync("tokens/abc/revoke");

        var first = Sets(await PollAsync(trader));
        var again = Sets(await PollAsync(trader));
        Assert.Equal(first.Keys, again.Keys);

        Assert.Empty(Sets(await PollAsync(trader, immediately: true, ack: [.. first.Keys])));
        Assert.Empty(Sets(await PollAsync(trader, immediately: true)));
    }

    [Fact]
    public async Task Streams_acknowledge_for_themselves()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        await server.ClientOf("local").PostAsync("tokens/abc/revoke");
        var ids = Sets(await PollAsync(trader, stream: "one")).Keys.ToArray();
        await PollAsync(trader, stream: "one", immediately: true, ack: ids);

        Assert.Single(Sets(await PollAsync(trader, stream: "two", immediately: true)));
        Assert.Single(Sets(await PollAsync(server.ClientOf("advisor"), stream: "one", immediately: true, ack: ids)));
    }

    [Fact]
    public async Task Events_and_acknowledgements_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority };
        string second;
        await using (var server = await RunningServer.StartAsync(setup))
        {
            var (local, trader) = (server.ClientOf("local"), server.ClientOf("trader"));
            await local.PostAsync("tokens/first/revoke");
            var first = Sets(await PollAsync(trader)).Keys.ToArray();
            await local.PostAsync("tokens/second/revoke");
            second = Assert.Single(Sets(await PollAsync(trader, ack: first))).Key;
        }

        await using var restarted = await RunningServer.StartAsync(setup);

        Assert.Equal(second, Assert.Single(Sets(await PollAsync(restarted.ClientOf("trader"), immediately: true))).Key);
    }

    [Fact]
    public async Task Two_hundred_listeners_are_all_told()
    {
        await using var server = await RunningServer.StartAsync();
        var trader = server.ClientOf("trader");
        var listening = Enumerable.Range(0, 200).Select(i => PollAsync(trader, stream: $"s{i}")).ToArray();

        await server.ClientOf("local").PostAsync("parties/advisor/disable");

        // Signed once: all were sent the very same token.
        Assert.Single((await Task.WhenAll(listening)).Select(answer => Assert.Single(Sets(answer)).Value).Distinct());
    }

    [Fact]
    public async Task Events_of_one_moment_have_times_in_their_order()
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");
        foreach (var change in (string[])["disable", "enable", "disable"])
        {
            await local.PostAsync($"parties/advisor/{change}");
        }

        var times = Sets(await PollAsync(server.ClientOf("trader"))).Values.Select(token => (decimal)Jwt.Payload(token)["events"]!.AsObject().Single().Value!["event_timestamp"]!).ToArray();

        Assert.Equal(times.Distinct().Order(), times);
        Assert.Equal(3, times.Length);
    }

    [Fact]
    public async Task Nobody_opens_streams_without_end()
    {
        await using var server = await RunningServer.StartAsync();
        var (trader, advisor) = (server.ClientOf("trader"), server.ClientOf("advisor"));
        for (var i = 0; i < 1000; i++)
        {
            await PollAsync(trader, $"s{i}", immediately: true);
        }

        Refused.Because(server, await PollAsync(trader, "one more", immediately: true), 429, "temporarily_unavailable", "too_many_streams");
        Assert.Empty(Sets(await PollAsync(trader, "s0", immediately: true)));
        Assert.Empty(Sets(await PollAsync(advisor, "s0", immediately: true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"ack\":7}")]
    [InlineData("{\"ack\":null}")]
    [InlineData("{\"ack\":[null]}")]
    public async Task A_poll_that_is_none_is_refused(string body)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        Refused.Because(server, await server.ClientOf("trader").PostAsync("events/s", content), 400, "invalid_request", "poll_malformed");
    }

    [Fact]
    public async Task Listening_needs_a_certificate()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await PollAsync(server.AnonymousClient()), 401, "invalid_client", "no_client_credential");
    }
}
