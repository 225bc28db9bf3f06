using AgentMesh.Auth;
using AgentMesh.AuthServer.Revocation;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using static AgentMesh.AuthServer.Tests.Fixtures.EventPolls;

namespace AgentMesh.AuthServer.Tests;

/// <summary>What disabling and enabling a party does to its tokens, and what is recorded of it.</summary>
[Proves("SE1", "AI7", "T31")]
public sealed class DisabledPartyTests
{
    [Fact]
    public async Task A_disabled_agent_is_refused_at_once_and_everybody_is_told()
    {
        await using var server = await RunningServer.StartAsync();
        var (local, advisor) = (server.ClientOf("local"), server.ClientOf("advisor"));
        var listening = PollAsync(server.ClientOf("trader"));

        Assert.Equal(200, (await local.PostAsync("parties/advisor/disable?reason=stolen")).Status);

        Assert.Equal(("revocation", "disable-party", "allow", "stolen"), (server.Audit.Last.Kind, server.Audit.Last.Action, server.Audit.Last.Decision, server.Audit.Last.Cause));
        Assert.Equal((local.Id, advisor.Id, advisor.Id), (server.Audit.Last.Caller, server.Audit.Last.Subject, server.Audit.Last.Callee));
        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score"), 400, "unauthorized_client", "client_disabled");
        var claims = Jwt.Payload(Assert.Single(Sets(await listening)).Value);
        Assert.Equal((TestMesh.Issuer, $"spiffe://{TestMesh.TrustDomain}"), ((string?)claims["iss"], (string?)claims["aud"]));
        Assert.Equal(("uri", TestMesh.IdOf("advisor")), ((string?)claims["sub_id"]!["format"], (string?)claims["sub_id"]!["uri"]));
        Assert.True(claims["events"]!.AsObject().ContainsKey(SessionRevoked));
        Assert.False(claims.ContainsKey("exp"));
    }

    [Fact]
    public async Task What_a_disabled_agent_has_delegated_is_refused_too()
    {
        await using var server = await RunningServer.StartAsync();
        var derived = server.Sign(server.Describe("local", "advisor", "trader", "trade.propose", "advisor"));
        var trader = server.ClientOf("trader");
        Assert.Equal(200, (await trader.ExchangeAsync(derived, "risk-analyst", "risk.score")).Status);

        await server.ClientOf("local").PostAsync("parties/advisor/disable");

        Refused.Because(server, await trader.ExchangeAsync(derived, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
    }

    [Fact]
    public async Task An_enabled_agent_is_served_again()
    {
        await using var server = await RunningServer.StartAsync();
        var (local, advisor, trader) = (server.ClientOf("local"), server.ClientOf("advisor"), server.ClientOf("trader"));
        await local.PostAsync("parties/advisor/disable");
        await local.PostAsync("parties/advisor/enable");

        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
        Assert.Equal(2, Sets(await PollAsync(trader)).Count);
    }

    [Theory]
    [InlineData("advisor")]
    [InlineData("local")]
    public async Task Tokens_from_before_a_party_was_disabled_stay_refused_after_it_was_enabled_and_new_ones_pass_at_once(string party)
    {
        using var folder = new TemporaryFolder();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var authority = new TestAuthority(TestMesh.TrustDomain, time);
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority, Time = time };
        string before;
        await using (var server = await RunningServer.StartAsync(setup))
        {
            before = (await OrderAsync(server)).Token;
            var revoker = server.ClientOf(party == "local" ? "dealer" : "local");

            // All in one moment: what tells the tokens apart is not the test's patience.
            Assert.Equal(200, (await revoker.PostAsync($"parties/{party}/disable")).Status);
            Assert.Equal(200, (await revoker.PostAsync($"parties/{party}/enable")).Status);

            await AssertOnlyNewOnesPassAsync(server);
        }
        await using var restarted = await RunningServer.StartAsync(setup);
        await AssertOnlyNewOnesPassAsync(restarted);

        // When the last of them has ended there is nothing to remember.
        time.Advance(TimeSpan.FromMinutes(6));
        restarted.Services.GetRequiredService<RevocationList>().RemoveExpired();
        Assert.Equal(DateTimeOffset.MinValue, restarted.Services.GetRequiredService<RevocationList>().IssuableFrom(restarted.Describe("local", "advisor", "trader", "trade.propose", "advisor")));

        async Task AssertOnlyNewOnesPassAsync(RunningServer server)
        {
            var trader = server.ClientOf("trader");
            Refused.Because(server, await trader.ExchangeAsync(before, "risk-analyst", "risk.score"), 400, "invalid_request", "subject_token_revoked");
            Assert.False((bool)(await trader.PostAsync("introspect", ("token", before))).Body["active"]!);
            var now = (await OrderAsync(server)).Token;
            Assert.True((bool)(await trader.PostAsync("introspect", ("token", now))).Body["active"]!);
            Assert.Equal(200, (await trader.ExchangeAsync(now, "risk-analyst", "risk.score")).Status);
        }

        // local -> advisor -> trader
        static async Task<Answer> OrderAsync(RunningServer server)
        {
            var advice = await server.ClientOf("local").ExchangeOwnSvidAsync("advisor", "portfolio.advise");
            return await server.ClientOf("advisor").ExchangeAsync(advice.Token, "trader", "trade.propose");
        }
    }

    [Fact]
    public async Task Tokens_from_between_two_enablings_in_one_second_stay_refused()
    {
        using var folder = new TemporaryFolder();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var authority = new TestAuthority(TestMesh.TrustDomain, time);
        await using var server = await RunningServer.StartAsync(new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority, Time = time });
        var (local, advisor) = (server.ClientOf("local"), server.ClientOf("advisor"));
        var dealer = server.ClientOf("dealer");
        List<string> tokens = [];
        for (var round = 0; round < 3; round++)
        {
            await dealer.PostAsync("parties/local/disable");
            await dealer.PostAsync("parties/local/enable");
            tokens.Add((await local.ExchangeOwnSvidAsync("advisor", "portfolio.advise")).Token);
        }

        Refused.Because(server, await advisor.ExchangeAsync(tokens[0], "trader", "trade.propose"), 400, "invalid_request", "subject_token_revoked");
        Refused.Because(server, await advisor.ExchangeAsync(tokens[1], "trader", "trade.propose"), 400, "invalid_request", "subject_token_revoked");
        Assert.Equal(200, (await advisor.ExchangeAsync(tokens[2], "trader", "trade.propose")).Status);
    }

    [Fact]
    public async Task The_record_says_which_task_or_token_was_revoked_and_why()
    {
        await using var server = await RunningServer.StartAsync();
        var local = server.ClientOf("local");

        await local.PostAsync("transactions/task-1/revoke?reason=wrong%20order%0Aentirely");
        var task = server.Audit.Last;
        await local.PostAsync($"tokens/token-1/revoke?reason={new string('x', 300)}");
        var token = server.Audit.Last;
        await local.PostAsync("parties/advisor/enable");
        var enabled = server.Audit.Last;
        // A character that does not fit any more is left out whole: half of one is none that a database takes.
        await local.PostAsync($"tokens/token-2/revoke?reason={new string('x', 255)}{Uri.EscapeDataString("\U0001F600")}");

        Assert.Equal(new string('x', 255), server.Audit.Last.Cause);
        Assert.Equal(("transaction-revocation", "task-1", null, "wrong order entirely"), (task.Action, task.TransactionId, task.TokenId, task.Cause));
        Assert.Equal(("token-revocation", "token-1", null, 256), (token.Action, token.TokenId, token.TransactionId, token.Cause!.Length));
        Assert.Equal(("enable-party", TestMesh.IdOf("advisor"), null), (enabled.Action, enabled.Subject, enabled.Cause));
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("enable")]
    public async Task What_another_instance_has_undone_is_done_again_by_one_that_has_not_read_it_yet(string verb)
    {
        var (done, undone) = verb == "disable" ? (SecurityEventKind.PartyDisabled, SecurityEventKind.PartyEnabled) : (SecurityEventKind.PartyEnabled, SecurityEventKind.PartyDisabled);
        await using var server = await RunningServer.StartAsync();
        var (local, trader) = (server.ClientOf("local"), server.ClientOf("trader"));
        await local.PostAsync("parties/advisor/disable");
        if (undone == SecurityEventKind.PartyDisabled)
            await local.PostAsync("parties/advisor/enable");
        var told = Sets(await PollAsync(trader));
        // As another instance writes it, and as this one knows it until it reads the log again.
        var revocations = server.Services.GetRequiredService<RevocationList>();
        await server.Services.GetRequiredService<SecurityEventLog>().AppendAsync(undone, TestMesh.IdOf("advisor"), null, TestMesh.IdOf("local"), null, TestContext.Current.CancellationToken);
        told = Sets(await PollAsync(trader, ack: [.. told.Keys]));
        revocations.Apply(new() { Id = "stale", Subject = TestMesh.IdOf("advisor"), InitiatedBy = "", Kind = done, OccurredAt = server.Time.GetUtcNow() });

        Assert.Equal(200, (await local.PostAsync($"parties/advisor/{verb}")).Status);

        Assert.Single(Sets(await PollAsync(trader, immediately: true, ack: [.. told.Keys])));
        Assert.Equal(verb == "disable", revocations.IsDisabled(TestMesh.IdOf("advisor")));
    }

    [Fact, Proves("AI8")]
    public async Task Nobody_is_enabled_off_the_record()
    {
        await using var server = await RunningServer.StartAsync();
        var (local, advisor) = (server.ClientOf("local"), server.ClientOf("advisor"));
        await local.PostAsync("parties/advisor/disable");

        server.Audit.Failure = new AuditException("The disk is full.");
        var unrecorded = await local.PostAsync("parties/advisor/enable");
        server.Audit.Failure = null;

        Assert.Equal(503, unrecorded.Status);
        Refused.Because(server, await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score"), 400, "unauthorized_client", "client_disabled");
        Assert.Equal(200, (await local.PostAsync("parties/advisor/enable")).Status);
        Assert.Equal(200, (await advisor.ExchangeAsync(server.AdviceToken(), "risk-analyst", "risk.score")).Status);
    }
}
