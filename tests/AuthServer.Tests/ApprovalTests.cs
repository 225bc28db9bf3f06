using System.Text.Json.Nodes;
using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

[Proves("CI1", "RA1", "AI6", "T27", "T28")]
public sealed class ApprovalTests
{
    private const string Order = """[{"type":"order","symbol":"MSFT","side":"buy","quantity":10}]""";

    [Fact]
    public async Task A_person_approves_and_the_token_says_exactly_what()
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, local) = (server.ClientOf("advisor"), server.ClientOf("local"));
        var parent = server.Describe("local", "local", "advisor", "portfolio.advise");

        var asked = await AskAsync(server, advisor, server.Sign(parent));
        Assert.Equal((200, 120, 5), (asked.Status, (int)asked.Body["expires_in"]!, (int)asked.Body["interval"]!));
        Refused.Because(server, await PollAsync(advisor, asked), 400, "authorization_pending", "approval_pending");

        var waiting = await OnlyPendingAsync(local);
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)waiting["client"]);
        Assert.Equal(TestMesh.IdOf("trader"), (string?)waiting["callee"]);
        Assert.Equal("trade.execute", (string?)waiting["scope"]);
        Assert.Equal("Buy 10 MSFT", (string?)waiting["bindingMessage"]);
        Assert.Equal(Order, waiting["authorizationDetails"]!.ToJsonString());
        Assert.DoesNotContain(asked["auth_req_id"]!, waiting.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(200, (await local.PostAsync($"approvals/{waiting["id"]}/approve")).Status);
        Assert.Equal(("approval", "approve", "allow"), (server.Audit.Last.Kind, server.Audit.Last.Action, server.Audit.Last.Decision));
        Assert.Equal(parent.TransactionId, server.Audit.Last.TransactionId);

        server.Time.Advance(TimeSpan.FromSeconds(5));
        var granted = await PollAsync(advisor, asked);
        Assert.Equal(200, granted.Status);
        var claims = granted.Claims;
        Assert.Equal(Order, claims["authorization_details"]!.ToJsonString());
        Assert.Equal(Order, granted.Body["authorization_details"]!.ToJsonString());
        Assert.Equal((parent.Subject, TestMesh.IdOf("advisor"), TestMesh.IdOf("trader")), ((string?)claims["sub"], (string?)claims["client_id"], (string?)claims["aud"]));
        Assert.Equal(TestMesh.IdOf("advisor"), (string?)claims["act"]!["sub"]);
        Assert.Equal(("trade.execute", parent.TransactionId), ((string?)claims["scope"], (string?)claims["txn"]));
        Assert.Equal(parent.ExpiresAt.ToUnixTimeSeconds(), (long)claims["exp"]!);
        Assert.Equal(advisor.Svid!.Thumbprint, (string?)claims["cnf"]!["x5t#S256"]);
    }

    [Fact]
    public async Task An_approval_yields_one_token()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var asked = await ApprovedAsync(server, advisor);
        Assert.Equal(200, (await PollAsync(advisor, asked)).Status);

        server.Time.Advance(TimeSpan.FromSeconds(5));

        Refused.Because(server, await PollAsync(advisor, asked), 400, "invalid_grant", "unknown_auth_req_id");
    }

    [Fact]
    public async Task Of_many_polls_at_once_one_gets_the_token()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var asked = await ApprovedAsync(server, advisor);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PollAsync(advisor, asked)));

        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task The_token_is_for_the_client_that_asked()
    {
        await using var server = await RunningServer.StartAsync();
        var asked = await ApprovedAsync(server, server.ClientOf("advisor"));

        Refused.Because(server, await PollAsync(server.ClientOf("risk-analyst"), asked), 400, "invalid_grant", "unknown_auth_req_id");
        Assert.Equal(200, (await PollAsync(server.ClientOf("advisor"), asked)).Status);
    }

    [Fact]
    public async Task What_a_person_denies_is_denied()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var asked = await DecidedAsync(server, advisor, "deny");

        Refused.Because(server, await PollAsync(advisor, asked), 400, "access_denied", "denied");
    }

    [Fact]
    public async Task What_nobody_decides_expires()
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, local) = (server.ClientOf("advisor"), server.ClientOf("local"));
        var asked = await AskAsync(server, advisor, server.AdviceToken());
        var id = (await OnlyPendingAsync(local))["id"];
        server.Time.Advance(TimeSpan.FromMinutes(2));

        Refused.Because(server, await PollAsync(advisor, asked), 400, "expired_token", "approval_expired");
        Refused.Because(server, await local.PostAsync($"approvals/{id}/approve"), 409, "invalid_request", "already_decided");
        Assert.Empty(await PendingAsync(local));
    }

    [Fact]
    public async Task A_client_that_polls_too_fast_is_slowed_down()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var asked = await AskAsync(server, advisor, server.AdviceToken());
        Assert.Equal("authorization_pending", (await PollAsync(advisor, asked)).Error);

        Refused.Because(server, await PollAsync(advisor, asked), 400, "slow_down", "polled_too_fast");

        server.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("slow_down", (await PollAsync(advisor, asked)).Error);
        server.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("authorization_pending", (await PollAsync(advisor, asked)).Error);
    }

    [Theory]
    [InlineData("advisor")]
    [InlineData("trader")]
    [InlineData("guest")]
    public async Task Only_operators_who_may_approve_see_and_decide(string party)
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        await AskAsync(server, advisor, server.AdviceToken());
        var id = (await OnlyPendingAsync(server.ClientOf("local")))["id"];

        Refused.Because(server, await server.ClientOf(party).PostAsync($"approvals/{id}/approve"), 403, "access_denied", "not_permitted");
        Refused.Because(server, await server.ClientOf(party).GetAsync("approvals"), 403, "access_denied", "not_permitted");
    }

    [Fact]
    public async Task Approving_needs_a_certificate()
    {
        await using var server = await RunningServer.StartAsync();

        Refused.Because(server, await server.AnonymousClient().PostAsync("approvals/x/approve"), 401, "invalid_client", "no_client_credential");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("""[{"symbol":"MSFT"}]""")]
    [InlineData("""[{"type":7}]""")]
    [InlineData("""[{"type":"order","quantity":1,"quantity":1000}]""")]
    [InlineData("""[{"type":"order","locations":["spiffe://agentmesh.local/agent/archive"]}]""")]
    [InlineData("not json")]
    public async Task Authorization_details_say_what_is_to_be_done_or_the_request_is_refused(string? details)
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await AskAsync(server, server.ClientOf("advisor"), server.AdviceToken(), details);

        Assert.Equal(400, answer.Status);
        Assert.Contains(answer.Error, (string[])["invalid_authorization_details", "invalid_request"]);
        Assert.Empty(await PendingAsync(server.ClientOf("local")));
    }

    [Fact]
    public async Task The_rules_of_an_exchange_hold_for_asking_too()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");

        Refused.Because(server, await AskAsync(server, server.ClientOf("trader"), server.AdviceToken()), 400, "invalid_request", "subject_token_not_for_client");
        Refused.Because(server, await AskAsync(server, advisor, server.AdviceToken(), callee: "archive"), 400, "invalid_target", "no_edge");
        Refused.Because(server, await AskAsync(server, advisor, server.AdviceToken(), scope: "risk.score"), 400, "invalid_scope", "scope_not_granted");
        Refused.Because(server, await AskAsync(server, advisor, server.AdviceToken(), scope: "trade.propose"), 400, "invalid_scope", "no_approval_needed");
        Refused.Because(server, await AskAsync(server, advisor, advisor.JwtSvid), 400, "invalid_request", "not_serving");
    }

    [Fact]
    public async Task A_task_revoked_after_its_approval_yields_no_token()
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, local) = (server.ClientOf("advisor"), server.ClientOf("local"));
        var asked = await ApprovedAsync(server, advisor, out var parent);
        await local.PostAsync($"transactions/{parent.TransactionId}/revoke");

        Refused.Because(server, await PollAsync(advisor, asked), 400, "access_denied", "subject_token_revoked");
    }

    [Theory]
    [InlineData("transactions/{txn}/revoke")]
    [InlineData("parties/dealer/disable", "parties/dealer/enable")]
    public async Task What_is_revoked_after_its_approval_yields_no_token_to_whoever_asked_on_its_own_behalf_either(params string[] actions)
    {
        await using var server = await RunningServer.StartAsync();
        var (dealer, local) = (server.ClientOf("dealer"), server.ClientOf("local"));
        var asked = await ApprovedAsync();
        var other = await ApprovedAsync();

        foreach (var action in actions)
        {
            Assert.Equal(200, (await local.PostAsync(action.Replace("{txn}", asked.Transaction, StringComparison.Ordinal))).Status);
        }

        Refused.Because(server, await PollAsync(dealer, asked.Answer), 400, "access_denied", "subject_token_revoked");
        if (actions.Length > 1)
        {
            // Approved before the party was disabled, too; not so what is asked for now.
            Refused.Because(server, await PollAsync(dealer, other.Answer), 400, "access_denied", "subject_token_revoked");
            server.Time.Advance(TimeSpan.FromSeconds(1));
            other = await ApprovedAsync();
        }
        Assert.Equal(200, (await PollAsync(dealer, other.Answer)).Status);

        async Task<(Answer Answer, string Transaction)> ApprovedAsync()
        {
            var answer = await AskAsync(server, dealer, dealer.JwtSvid);
            var waiting = await OnlyPendingAsync(local);
            Assert.Equal(200, (await local.PostAsync($"approvals/{waiting["id"]}/approve")).Status);
            return (answer, (string)waiting["transactionId"]!);
        }
    }

    [Theory, Proves("AI8")]
    [InlineData("approve", null)]
    [InlineData("deny", "access_denied")]
    public async Task What_cannot_be_recorded_is_not_decided(string decision, string? error)
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, local) = (server.ClientOf("advisor"), server.ClientOf("local"));
        var asked = await AskAsync(server, advisor, server.AdviceToken());
        var id = (await OnlyPendingAsync(local))["id"];

        server.Audit.Failure = new Auth.AuditException("The disk is full.");
        var unrecorded = await local.PostAsync($"approvals/{id}/{decision}");
        server.Audit.Failure = null;

        Assert.Equal((503, "temporarily_unavailable"), (unrecorded.Status, unrecorded.Error));
        Refused.Because(server, await PollAsync(advisor, asked), 400, "authorization_pending", "approval_pending");
        Assert.Equal(200, (await local.PostAsync($"approvals/{id}/{decision}")).Status);
        server.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(error, (await PollAsync(advisor, asked)).Error);
    }

    [Fact, Proves("AI8")]
    public async Task What_was_asked_for_off_the_record_waits_for_nobody()
    {
        await using var server = await RunningServer.StartAsync();

        server.Audit.Failure = new Auth.AuditException("The disk is full.");
        var unrecorded = await AskAsync(server, server.ClientOf("advisor"), server.AdviceToken());
        server.Audit.Failure = null;

        Assert.Equal((503, "temporarily_unavailable"), (unrecorded.Status, unrecorded.Error));
        Assert.Empty(await PendingAsync(server.ClientOf("local")));
    }

    [Fact, Proves("AI8")]
    public async Task A_token_that_could_not_be_recorded_is_given_out_later_and_once()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        var asked = await ApprovedAsync(server, advisor);

        server.Audit.Failure = new Auth.AuditException("The disk is full.");
        var unrecorded = await PollAsync(advisor, asked);
        server.Audit.Failure = null;

        Assert.Equal((503, "temporarily_unavailable"), (unrecorded.Status, unrecorded.Error));
        Assert.False(unrecorded.Body.ContainsKey("access_token"));
        server.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, (await PollAsync(advisor, asked)).Status);
        server.Time.Advance(TimeSpan.FromSeconds(5));
        Refused.Because(server, await PollAsync(advisor, asked), 400, "invalid_grant", "unknown_auth_req_id");
    }

    [Fact]
    public async Task However_many_ask_at_once_a_person_is_shown_so_many_of_a_client()
    {
        await using var server = await RunningServer.StartAsync();
        var (advisor, hint) = (server.ClientOf("advisor"), server.AdviceToken());

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => AskAsync(server, advisor, hint)));

        Assert.Equal(20, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((400, "invalid_request"), (answer.Status, answer.Error)));
        Assert.Equal(20, (await PendingAsync(server.ClientOf("local"))).Count);
    }

    [Fact]
    public async Task Details_are_as_long_as_a_token_that_can_be_shown_again_may_be()
    {
        await using var server = await RunningServer.StartAsync();
        var advisor = server.ClientOf("advisor");
        static string Details(int characters) => $$"""[{"type":"order","note":"{{new string('買', characters)}}"}]""";

        Refused.Because(server, await AskAsync(server, advisor, server.AdviceToken(), Details(1400)), 400, "invalid_authorization_details", "details_invalid");

        var asked = await AskAsync(server, advisor, server.AdviceToken(), Details(1300));
        Assert.Equal(200, asked.Status);
        var id = (await OnlyPendingAsync(server.ClientOf("local")))["id"];
        await server.ClientOf("local").PostAsync($"approvals/{id}/approve");
        var granted = await PollAsync(advisor, asked);
        Assert.True((bool)(await server.ClientOf("trader").PostAsync("introspect", ("token", granted.Token))).Body["active"]!);
    }

    [Fact]
    public async Task An_approval_survives_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority(TestMesh.TrustDomain);
        var setup = new ServerSetup { DataDirectory = folder, OwnsDataDirectory = false, Authority = authority };
        Answer asked;
        await using (var server = await RunningServer.StartAsync(setup))
        {
            asked = await ApprovedAsync(server, server.ClientOf("advisor"));
        }

        await using var restarted = await RunningServer.StartAsync(setup);

        Assert.Equal(200, (await PollAsync(restarted.ClientOf("advisor"), asked)).Status);
    }

    private static Task<Answer> AskAsync(RunningServer server, TestClient client, string hint, string? details = Order, string callee = "trader", string scope = "trade.execute") =>
        client.PostAsync("bc-authorize",
        [
            ("scope", scope), ("audience", callee), ("login_hint_token", hint), ("binding_message", "Buy 10 MSFT"),
            .. details is null ? [] : new[] { ("authorization_details", details) },
        ]);

    private static Task<Answer> PollAsync(TestClient client, Answer asked) =>
        client.PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", asked["auth_req_id"]!));

    private static Task<Answer> ApprovedAsync(RunningServer server, TestClient client) => DecidedAsync(server, client, "approve");

    private static Task<Answer> ApprovedAsync(RunningServer server, TestClient client, out Tokens.AccessToken parent)
    {
        parent = server.Describe("local", "local", "advisor", "portfolio.advise");
        return DecidedAsync(server, client, "approve", server.Sign(parent));
    }

    private static async Task<Answer> DecidedAsync(RunningServer server, TestClient client, string decision, string? hint = null)
    {
        var asked = await AskAsync(server, client, hint ?? server.AdviceToken());
        var local = server.ClientOf("local");
        var id = (await OnlyPendingAsync(local))["id"];
        Assert.Equal(200, (await local.PostAsync($"approvals/{id}/{decision}")).Status);
        return asked;
    }

    private static async Task<JsonNode> OnlyPendingAsync(TestClient approver) => Assert.Single(await PendingAsync(approver))!;

    private static async Task<JsonArray> PendingAsync(TestClient approver) => (await approver.GetAsync("approvals")).Body["items"]!.AsArray();
}
