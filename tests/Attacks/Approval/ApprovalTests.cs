using System.Text.Json.Nodes;
using AgentMesh.Attacks.Tests.Mesh;
using AgentMesh.Testing;

namespace AgentMesh.Attacks.Tests.Approval;

/// <summary>What needs a person takes a grant at the authorization server: for one token, for the one action that the person saw.</summary>
public sealed class ApprovalTests
{
    private const string Order = """{"type":"urn:agentmesh:order","side":"buy","symbol":"MSFT","quantity":10,"limitPrice":30.5,"account":"a-1"}""";
    private const string Placing = """{"side":"buy","symbol":"MSFT","quantity":10,"limitPrice":30.5,"account":"a-1"}""";

    [Fact, Threat("T27")]
    public async Task An_approval_on_the_page_alone_is_worth_nothing()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var advice = await mesh.AdviceTokenAsync();

        // The model has read "approved" somewhere, and its agent believes it.
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "trader", "trade.execute"), 400, "invalid_scope", "approval_required");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "trader", "trade.propose trade.execute"), 400, "invalid_scope", "approval_required");
        Refused.By(mesh.Issuer, await advisor.ExchangeAsync(advice, "trader", "trade.execute", ("authorization_details", $"[{Order}]")), 400, "invalid_scope", "approval_required");
        var proposing = (await advisor.ExchangeAsync(advice, "trader", "trade.propose")).Token;
        Refused.By(mesh.Trader, await PlaceAsync(mesh, advisor, proposing, Placing), 403, "insufficient_scope");

        Allowed.By(mesh.Trader, await PlaceAsync(mesh, advisor, (await ApprovedAsync(mesh, advisor)).Token, Placing));
    }

    [Fact, Threat("T27")]
    public async Task An_approval_yields_one_token()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var asked = await AskAsync(mesh, advisor);
        await DecideAsync(mesh, "local", "approve");

        Allowed.By(mesh.Issuer, await RedeemAsync(advisor, asked));
        mesh.Clock.Advance(TimeSpan.FromMinutes(1));
        Refused.By(mesh.Issuer, await RedeemAsync(advisor, asked), 400, "invalid_grant", "unknown_auth_req_id");
    }

    [Fact, Threat("T27")]
    public async Task Of_many_that_redeem_an_approval_at_once_one_gets_the_token()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var asked = await AskAsync(mesh, advisor);
        await DecideAsync(mesh, "local", "approve");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RedeemAsync(advisor, asked)));

        Assert.Single(answers, a => a.Status == 200);
    }

    [Fact, Threat("T27")]
    public async Task An_approval_is_redeemed_by_whom_it_was_given_to()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var thief = mesh.Workload("risk-analyst");
        var asked = await AskAsync(mesh, advisor);
        await DecideAsync(mesh, "local", "approve");

        Refused.By(mesh.Issuer, await RedeemAsync(thief, asked), 400, "invalid_grant", "unknown_auth_req_id");
        Allowed.By(mesh.Issuer, await RedeemAsync(advisor, asked));
    }

    [Fact, Threat("T27")]
    public async Task What_a_person_denied_or_nobody_decided_in_time_is_not_redeemed()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var denied = await AskAsync(mesh, advisor);
        await DecideAsync(mesh, "local", "deny");
        Refused.By(mesh.Issuer, await RedeemAsync(advisor, denied), 400, "access_denied", "denied");
        var undecided = await AskAsync(mesh, advisor);
        mesh.Clock.Advance(TimeSpan.FromMinutes(2));

        Refused.By(mesh.Issuer, await RedeemAsync(advisor, undecided), 400, "expired_token", "approval_expired");
        Assert.Equal(200, (await ApprovedAsync(mesh, advisor)).Status);
    }

    [Theory, Threat("T27")]
    [InlineData("quantity", 1000)]
    [InlineData("limitPrice", 300)]
    [InlineData("symbol", "IBM")]
    [InlineData("account", "a-2")]
    [InlineData("side", "sell")]
    public async Task An_order_that_was_changed_after_its_approval_is_refused(string member, object value)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var changed = JsonNode.Parse(Placing)!.AsObject();
        changed[member] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        var token = (await ApprovedAsync(mesh, advisor)).Token;

        var refused = await PlaceAsync(mesh, advisor, token, changed.ToJsonString());

        Assert.Equal(403, refused.Status);
        Allowed.By(mesh.Trader, await PlaceAsync(mesh, advisor, (await ApprovedAsync(mesh, advisor)).Token, Placing));
    }

    [Theory, Threat("T27")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""[{"symbol":"MSFT"}]""")]
    [InlineData("""[{"type":"urn:agentmesh:order","quantity":10,"quantity":1000}]""")]
    [InlineData("""[{"type":"urn:agentmesh:order","locations":["spiffe://agentmesh.local/agent/archive"]}]""")]
    public async Task A_person_is_never_asked_about_what_does_not_say_what_it_is(string details)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");

        var refused = await AskAsync(mesh, advisor, details);

        Refused.By(mesh.Issuer, refused, 400, "invalid_authorization_details", "details_invalid");
        Assert.Equal(200, (await AskAsync(mesh, advisor)).Status);
    }

    [Fact, Threat("T28", "T38")]
    public async Task A_person_is_not_buried_under_the_requests_of_one_client()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var desk = mesh.Workload("desk");
        using var local = mesh.Workload("local");
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await AskAsync(mesh, advisor)).Status);

        Refused.By(mesh.Issuer, await AskAsync(mesh, advisor), 400, "invalid_request", "too_many_pending");
        Assert.Equal(200, (await AskAsync(mesh, desk, hint: desk.JwtSvid())).Status);
        var waiting = (await local.GetAsync("approvals")).Body["items"]!.AsArray();
        var one = waiting.First(approval => (string)approval!["client"]! == advisor.Id)!["id"];
        Assert.Equal(200, (await local.PostAsync($"approvals/{one}/deny")).Status);
        Assert.Equal(200, (await AskAsync(mesh, advisor)).Status);
    }

    [Fact, Threat("T28")]
    public async Task Who_polls_too_fast_is_slowed_down()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        var asked = await AskAsync(mesh, advisor);
        var interval = (int)asked.Body["interval"]!;
        await DecideAsync(mesh, "local", "approve");
        using var other = mesh.Workload("advisor");
        var pending = await AskAsync(mesh, other);
        Refused.By(mesh.Issuer, await RedeemAsync(other, pending), 400, "authorization_pending", "approval_pending");

        Refused.By(mesh.Issuer, await RedeemAsync(other, pending), 400, "slow_down", "polled_too_fast");
        mesh.Clock.Advance(TimeSpan.FromSeconds(interval));
        Refused.By(mesh.Issuer, await RedeemAsync(other, pending), 400, "slow_down", "polled_too_fast");
        mesh.Clock.Advance(TimeSpan.FromSeconds(interval + 11));
        Refused.By(mesh.Issuer, await RedeemAsync(other, pending), 400, "authorization_pending", "approval_pending");
        Allowed.By(mesh.Issuer, await RedeemAsync(advisor, asked));
    }

    [Theory, Threat("T28")]
    [InlineData("advisor")]
    [InlineData("trader")]
    [InlineData("guest")]
    public async Task Nobody_approves_but_an_operator_who_may(string party)
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var advisor = mesh.Workload("advisor");
        using var attacker = mesh.Workload(party);
        var asked = await AskAsync(mesh, advisor);
        var id = await PendingAsync(mesh);

        Refused.By(mesh.Issuer, await attacker.PostAsync($"approvals/{id}/approve"), 403, "access_denied", "not_permitted");
        Refused.By(mesh.Issuer, await attacker.GetAsync("approvals"), 403, "access_denied", "not_permitted");
        await DecideAsync(mesh, "local", "approve");
        Allowed.By(mesh.Issuer, await RedeemAsync(advisor, asked));
    }

    [Fact, Threat("T28")]
    public async Task Nobody_approves_what_it_asked_for_itself()
    {
        await using var mesh = await AttackMesh.StartAsync();
        using var desk = mesh.Workload("desk");
        var asked = await AskAsync(mesh, desk, hint: desk.JwtSvid());
        var id = await PendingAsync(mesh);

        Refused.By(mesh.Issuer, await desk.PostAsync($"approvals/{id}/approve"), 403, "access_denied", "own_request");
        await DecideAsync(mesh, "local", "approve");
        Allowed.By(mesh.Issuer, await RedeemAsync(desk, asked));
    }

    private static async Task<Answer> AskAsync(AttackMesh mesh, Workload client, string details = $"[{Order}]", string? hint = null) => await client.PostAsync("bc-authorize",
        ("scope", "trade.execute"), ("audience", "trader"), ("login_hint_token", hint ?? await mesh.AdviceTokenAsync()), ("binding_message", "Buy 10 MSFT"), ("authorization_details", details));

    private static Task<Answer> RedeemAsync(Workload client, Answer asked) =>
        client.PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!));

    private static async Task<Answer> ApprovedAsync(AttackMesh mesh, Workload client)
    {
        var asked = await AskAsync(mesh, client);
        await DecideAsync(mesh, "local", "approve");
        return await RedeemAsync(client, asked);
    }

    private static async Task DecideAsync(AttackMesh mesh, string approver, string decision)
    {
        using var person = mesh.Workload(approver);
        Assert.Equal(200, (await person.PostAsync($"approvals/{await PendingAsync(mesh)}/{decision}")).Status);
        Assert.Equal(("approval", "allow", person.Id), (mesh.Issuer.Audit.Last.Kind, mesh.Issuer.Audit.Last.Decision, mesh.Issuer.Audit.Last.Caller));
    }

    private static async Task<string> PendingAsync(AttackMesh mesh)
    {
        using var person = mesh.Workload("local");
        return (string)Assert.Single((await person.GetAsync("approvals")).Body["items"]!.AsArray())!["id"]!;
    }

    private static Task<Answer> PlaceAsync(AttackMesh mesh, Workload advisor, string token, string order) =>
        advisor.CallAsync(mesh.Trader, token, "/orders/execute", new StringContent(order, System.Text.Encoding.UTF8, "application/json"));
}
