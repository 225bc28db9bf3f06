using AgentMesh.AuthServer.Tests.Fixtures;
using AgentMesh.Testing;

namespace AgentMesh.AuthServer.Tests;

/// <summary>Polls that the server holds while nobody has decided.</summary>
[Proves("CI1")]
public sealed class ApprovalPollTests
{
    private static readonly ServerSetup Holding = new() { Arguments = ["--Mesh:AuthServer:ApprovalPollHold=00:00:20"] };

    [Theory]
    [InlineData("approve", null)]
    [InlineData("deny", "access_denied")]
    public async Task A_held_poll_is_answered_as_soon_as_a_person_decides(string decision, string? error)
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var advisor = server.ClientOf("advisor");
        var poll = await HeldPollAsync(server, advisor);

        await DecideAsync(server.ClientOf("local"), decision);

        // No time has passed on the server's clock.
        Assert.Equal(error, (await poll.Answer).Error);
    }

    [Fact, Proves("AI6", "T31")]
    public async Task An_agent_that_is_disabled_while_its_poll_is_held_gets_nothing_although_a_person_approves()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var poll = await HeldPollAsync(server, server.ClientOf("advisor"));
        Assert.Equal(200, (await server.ClientOf("local").PostAsync("parties/advisor/disable")).Status);

        await DecideAsync(server.ClientOf("local"), "approve");

        Refused.Because(server, await poll.Answer, 400, "access_denied", "subject_token_revoked");
    }

    [Fact]
    public async Task Who_denied_it_is_said()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var poll = await HeldPollAsync(server, server.ClientOf("advisor"));

        await DecideAsync(server.ClientOf("local"), "deny");

        Assert.Equal("operator local denied it.", (await poll.Answer)["error_description"]);
    }

    [Fact]
    public async Task A_poll_is_held_no_longer_than_configured_and_the_next_may_follow_at_once()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var advisor = server.ClientOf("advisor");
        var begun = server.Time.GetUtcNow();
        var poll = await HeldPollAsync(server, advisor);

        await MoveUntilAsync(server, poll.Answer);

        Refused.Because(server, await poll.Answer, 400, "authorization_pending", "approval_pending");
        // The clock has moved on while the answer was under way.
        Assert.InRange(server.Time.GetUtcNow() - begun, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(25));
        var next = PollAsync(advisor, poll.RequestId);
        await MoveUntilAsync(server, next);
        Assert.Equal("authorization_pending", (await next).Error);
    }

    [Fact, Proves("T28")]
    public async Task Polling_beside_a_held_poll_is_slowed_down()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var advisor = server.ClientOf("advisor");
        var poll = await HeldPollAsync(server, advisor);

        Refused.Because(server, await PollAsync(advisor, poll.RequestId), 400, "slow_down", "polled_too_fast");

        await DecideAsync(server.ClientOf("local"), "approve");
        Assert.Equal(200, (await poll.Answer).Status);
    }

    [Fact, Proves("T28")]
    public async Task Of_many_first_polls_at_once_one_is_held_and_the_others_are_slowed_down_and_later_ones_beside_it_too()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var advisor = server.ClientOf("advisor");
        var asked = await AskAsync(server, advisor);

        var polls = Enumerable.Range(0, 16).Select(_ => PollAsync(advisor, asked)).ToList();
        for (var slowed = 0; slowed < 15; slowed++)
        {
            var answered = await Task.WhenAny(polls).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Equal("slow_down", (await answered).Error);
            polls.Remove(answered);
        }
        server.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("slow_down", (await PollAsync(advisor, asked)).Error);

        await DecideAsync(server.ClientOf("local"), "approve");
        Assert.Equal(200, (await Assert.Single(polls)).Status);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_its_poll_is_held_may_poll_again()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var asked = await AskAsync(server, server.ClientOf("advisor"));
        using (var gone = server.ClientOf("advisor"))
        {
            var answer = PollAsync(gone, asked);
            Assert.NotEqual(answer, await Task.WhenAny(answer, Task.Delay(300, TestContext.Current.CancellationToken)));
        }
        server.Time.Advance(TimeSpan.FromSeconds(6));

        // The server hears of it in its own time.
        var again = PollAsync(server.ClientOf("advisor"), asked);
        while (await Task.WhenAny(again, Task.Delay(300, TestContext.Current.CancellationToken)) == again && (await again).Error == "slow_down")
            again = PollAsync(server.ClientOf("advisor"), asked);
        await DecideAsync(server.ClientOf("local"), "approve");

        Assert.Equal(200, (await again).Status);
    }

    [Fact]
    public async Task A_held_poll_ends_when_the_request_expires()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var advisor = server.ClientOf("advisor");
        var asked = await AskAsync(server, advisor);
        server.Time.Advance(TimeSpan.FromSeconds(110));
        var poll = PollAsync(advisor, asked);

        await MoveUntilAsync(server, poll);

        Refused.Because(server, await poll, 400, "expired_token", "approval_expired");
    }

    [Fact]
    public async Task A_server_that_stops_answers_the_polls_it_holds()
    {
        await using var server = await RunningServer.StartAsync(Holding);
        var poll = await HeldPollAsync(server, server.ClientOf("advisor"));

        await server.StopAsync();

        Assert.Equal("authorization_pending", (await poll.Answer.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Error);
    }

    [Fact, Proves("AI6", "T28")]
    public async Task Whoever_asks_does_not_approve_and_another_one_may()
    {
        await using var server = await RunningServer.StartAsync();
        var dealer = server.ClientOf("dealer");
        var asked = await dealer.PostAsync("bc-authorize", ("scope", "trade.execute"), ("audience", "trader"), ("login_hint_token", dealer.JwtSvid), ("authorization_details", """[{"type":"order"}]"""));
        Assert.Equal(200, asked.Status);
        var id = Assert.Single((await dealer.GetAsync("approvals")).Body["items"]!.AsArray())!["id"];

        Refused.Because(server, await dealer.PostAsync($"approvals/{id}/approve"), 403, "access_denied", "own_request");
        Assert.Equal("authorization_pending", (await PollAsync(dealer, asked["auth_req_id"]!)).Error);

        Assert.Equal(200, (await server.ClientOf("local").PostAsync($"approvals/{id}/approve")).Status);
        server.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, (await PollAsync(dealer, asked["auth_req_id"]!)).Status);
    }

    [Fact]
    public async Task The_interval_is_what_the_server_is_configured_with()
    {
        await using var server = await RunningServer.StartAsync(new ServerSetup { Arguments = ["--Mesh:AuthServer:ApprovalPollInterval=00:00:07"] });
        var advisor = server.ClientOf("advisor");
        var asked = await advisor.PostAsync("bc-authorize", Asking(server));
        Assert.Equal(7, (int)asked.Body["interval"]!);
        await PollAsync(advisor, asked["auth_req_id"]!);

        server.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("slow_down", (await PollAsync(advisor, asked["auth_req_id"]!)).Error);
    }

    private static (string, string)[] Asking(RunningServer server) =>
        [("scope", "trade.execute"), ("audience", "trader"), ("login_hint_token", server.AdviceToken()), ("authorization_details", """[{"type":"order"}]""")];

    private static async Task<string> AskAsync(RunningServer server, TestClient client) => (await client.PostAsync("bc-authorize", Asking(server)))["auth_req_id"]!;

    /// <summary>A poll that has reached the server and waits there.</summary>
    private static async Task<(string RequestId, Task<Answer> Answer)> HeldPollAsync(RunningServer server, TestClient client)
    {
        var asked = await AskAsync(server, client);
        var answer = PollAsync(client, asked);
        Assert.NotEqual(answer, await Task.WhenAny(answer, Task.Delay(300, TestContext.Current.CancellationToken)));
        return (asked, answer);
    }

    private static Task<Answer> PollAsync(TestClient client, string requestId) =>
        client.PostAsync("token", ("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", requestId));

    private static async Task DecideAsync(TestClient approver, string decision)
    {
        var id = Assert.Single((await approver.GetAsync("approvals")).Body["items"]!.AsArray())!["id"];
        Assert.Equal(200, (await approver.PostAsync($"approvals/{id}/{decision}")).Status);
    }

    private static async Task MoveUntilAsync(RunningServer server, Task answered)
    {
        while (await Task.WhenAny(answered, Task.Delay(50, TestContext.Current.CancellationToken)) != answered)
            server.Time.Advance(TimeSpan.FromMilliseconds(500));
    }
}
