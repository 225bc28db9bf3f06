using System.Text.Json.Nodes;
using AgentMesh.Auth;
using AgentMesh.Revocation.Tests.Running;
using AgentMesh.Testing;

namespace AgentMesh.Revocation.Tests;

/// <summary>Two authorization servers on one database: killing either loses nothing but the requests that it was answering.</summary>
[Proves("T31", "T33")]
public sealed class TwoServersTests(TwoServerMesh mesh) : IClassFixture<TwoServerMesh>
{
    private const string Stream = "events/kept";

    private readonly List<string> _heard = [];
    private readonly List<string> _acknowledged = [];

    [Fact]
    public async Task Either_can_be_killed_at_any_time_and_the_other_goes_on_with_what_it_knew()
    {
        Assert.SkipWhen(mesh.Missing is not null, mesh.Missing ?? "");
        var relay = await mesh.CallerAsync("agent/relay");

        foreach (var (killed, survivor) in ((string, string)[])[("auth-server", "second"), ("second", "auth-server")])
        {
            mesh.Issuer.Instances = [mesh.AddressOf(killed), mesh.AddressOf(survivor)];
            await LoseAsync(relay, killed);
            await mesh.Parts[killed].StartAsync();
        }

        await DisabledAgentTests.WaitAsync(async () => await ListenAsync(relay) && _heard.Count == 4);
        Assert.Equal(["session-revoked", "account-enabled", "session-revoked", "account-enabled"], _heard);
        await AssertLedgerHoldsAsync();
    }

    private async Task LoseAsync(Caller relay, string killed)
    {
        // All of this is the work of the one that is killed.
        mesh.Issuer.Do(FrontDoor.Mode.Forward);
        var own = await mesh.Probe.JwtSvidAsync();
        var token = (await mesh.Probe.ExchangeAsync("risk-analyst", "risk.score", own)).Token;
        Assert.Null((await mesh.Probe.CallAsync("risk-analyst", token)).Refused);
        Assert.True(await ListenAsync(relay));
        var task = (await mesh.Tester.ExchangeAsync("relay", "portfolio.advise", await mesh.Tester.JwtSvidAsync())).Token;
        var approved = await AskAsync(relay, task);
        await ApproveAsync();
        var pending = await AskAsync(relay, task);
        Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/disable")).Status);

        await mesh.Parts[killed].KillAsync();

        // What nobody had heard of before is heard now, by agents and by a receiver that goes on with its stream.
        await DisabledAgentTests.WaitAsync(async () => (await mesh.Probe.CallAsync("risk-analyst", token)).Refused == "agent_revoked");
        Answer refused = null!;
        await DisabledAgentTests.WaitAsync(async () => await AnsweredAsync(async () => refused = await mesh.Probe.ExchangeAsync("risk-analyst", "risk.score", own)));
        Assert.Equal("unauthorized_client", refused.Error);
        await DisabledAgentTests.WaitAsync(async () => await AnsweredAsync(() => mesh.Tester.ExchangeAsync("market-data", "market.read", own)) && await ListenAsync(relay));
        Assert.Equal("session-revoked", _heard[^1]);

        // Each approval is good for one token, whoever was asked and whoever answers.
        await RedeemAsync(relay, approved);
        await ApproveAsync();
        await RedeemAsync(relay, pending);

        Assert.Equal(200, (await mesh.Tester.PostAsync("parties/probe/enable")).Status);
        Assert.Equal(200, (await relay.ExchangeAsync("risk-analyst", "risk.score", task, isAccessToken: true)).Status);
    }

    private static async Task<string> AskAsync(Caller relay, string task) =>
        (await relay.PostAsync("bc-authorize", ("scope", "trade.execute"), ("audience", "trader"), ("login_hint_token", task),
            ("authorization_details", """[{"type":"order"}]""")))["auth_req_id"]!;

    private static async Task RedeemAsync(Caller relay, string request)
    {
        var answers = await Task.WhenAll(TryAsync(), TryAsync());
        Assert.Single(answers, answer => answer.Status == 200);

        Task<Answer> TryAsync() => relay.PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", request));
    }

    private async Task ApproveAsync()
    {
        var waiting = Assert.Single((await mesh.Tester.GetAsync("approvals")).Body!["items"]!.AsArray());
        Assert.Equal(200, (await mesh.Tester.PostAsync($"approvals/{waiting!["id"]}/approve")).Status);
    }

    /// <summary>Takes what is new from the stream and says so.</summary>
    private async Task<bool> ListenAsync(Caller relay)
    {
        try
        {
            var poll = new JsonObject { ["returnImmediately"] = true, ["ack"] = new JsonArray([.. _acknowledged.Select(id => JsonValue.Create(id))]) };
            var answer = await relay.PostJsonAsync(new Uri(mesh.Issuer.Address, Stream), poll.ToJsonString());
            if (answer.Status != 200)
                return false;
            foreach (var (id, set) in answer.Body!["sets"]!.AsObject().Where(set => !_acknowledged.Contains(set.Key)))
            {
                _heard.Add(KindOf(set!.GetValue<string>()));
                _acknowledged.Add(id);
            }
            return true;
        }
        catch (HttpRequestException)
        {
            // The one that had the connection has gone.
            return false;
        }
    }

    private static string KindOf(string set) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(set.Split('.')[1]))!["events"]!.AsObject().Single().Key.Split('/')[^1];

    private static async Task<bool> AnsweredAsync(Func<Task<Answer>> ask)
    {
        try
        {
            return (await ask()).Status != 503;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Both journals are whole, although their writers were killed, and the ledger holds them to their ends.</summary>
    private async Task AssertLedgerHoldsAsync()
    {
        foreach (var server in TwoServerMesh.Servers)
        {
            var journal = AuditJournal.Verify(mesh.JournalOf(server, "auth-server"));
            Assert.True(journal.IsIntact, journal.Fault?.Reason);
            Assert.True(journal.Records > 10);
            var last = $"audit/journals/{server}/{journal.Records}?party={Uri.EscapeDataString($"spiffe://{ProcessMesh.TrustDomain}/service/auth-server")}";
            await DisabledAgentTests.WaitAsync(async () => (await mesh.Tester.GetAsync(last))["hash"] == journal.Head);
        }
    }
}
