using System.Net;
using System.Text.Json.Nodes;
using AgentMesh.Testing;
using static AgentMesh.Auth.Tests.TestSecurityEvent;

namespace AgentMesh.Auth.Tests;

public sealed class RevocationTests : InboundTest
{
    private int _emptyPolls;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    private protected override void Configure(TestAgent.Setup setup) => setup.Settings.Add(("Mesh:Server:RevocationMaxStaleness", "00:01:30"));

    [Fact, Proves("SE1", "T31")]
    public async Task A_revoked_token_is_refused_and_another_passes()
    {
        var token = HonestToken(t => t.Claims["jti"] = "token-1");
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);

        Assert.Null(await SendAsync(Subject("jwt_id", "jti", "token-1")));

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_revoked");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("T31", "RV1")]
    [InlineData("parent")]
    [InlineData("grandparent")]
    public async Task A_token_that_was_exchanged_from_a_revoked_one_is_refused(string revoked)
    {
        var token = HonestToken(t => t.Claims["ancestors"] = new JsonArray("parent", "grandparent"));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);

        Assert.Null(await SendAsync(Subject("jwt_id", "jti", revoked)));

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "token_revoked");
        var sibling = HonestToken(t => t.Claims["ancestors"] = new JsonArray("another parent", "another grandparent"));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", sibling)).Status);
    }

    [Theory, Proves("T10")]
    [InlineData("\"parent\"")]
    [InlineData("[\"parent\",7]")]
    [InlineData("[\"\"]")]
    [InlineData("{}")]
    public async Task Ancestors_that_cannot_be_read_make_a_token_malformed(string ancestors)
    {
        AssertRefused(await Client.GetAsync("/score", HonestToken(t => t.Claims["ancestors"] = JsonNode.Parse(ancestors))), HttpStatusCode.Unauthorized, "token_malformed");
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("SE1")]
    public async Task An_event_for_every_member_of_the_trust_domain_is_believed_and_one_for_another_is_not()
    {
        var subject = Subject("uri", "uri", Advisor.Id.ToString());
        Assert.Equal("token_audience", await SendAsync(subject, shape: t => t.Claims["aud"] = "spiffe://other.local"));
        await AssertHonestCallPassesAsync();

        Assert.Null(await SendAsync(subject, shape: t => t.Claims["aud"] = $"spiffe://{Advisor.Id.TrustDomain}"));
        AssertRefused(await Client.GetAsync("/score", HonestToken()), HttpStatusCode.Unauthorized, "agent_revoked");
    }

    [Fact, Proves("SE1", "T32")]
    public async Task Events_of_one_second_count_by_the_time_they_carry_and_not_in_the_order_they_arrive()
    {
        var subject = Subject("uri", "uri", Advisor.Id.ToString());
        await SendAsync(subject, shape: t => At(t, 0.002m));
        await SendAsync(subject, AccountEnabled, shape: t => At(t, 0.001m));
        AssertRefused(await Client.GetAsync("/score", HonestToken()), HttpStatusCode.Unauthorized, "agent_revoked");

        await SendAsync(subject, AccountEnabled, shape: t => At(t, 0.003m));
        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        await AssertHonestCallPassesAsync();

        static void At(TestToken set, decimal fraction)
        {
            var details = set.Claims["events"]!.AsObject().Single().Value!;
            details["event_timestamp"] = (long)details["event_timestamp"]! + fraction;
        }
    }

    [Fact, Proves("T38")]
    public async Task A_transmitter_that_answers_every_poll_at_once_is_not_asked_in_a_tight_loop()
    {
        Mesh.Issuer.Intercept = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/events"))
                return false;
            Interlocked.Increment(ref _emptyPolls);
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("""{"sets":{},"moreAvailable":false}"""u8.ToArray());
            return true;
        };
        // Ends the long poll under way; from now on every answer is empty.
        _ = SendAsync(Subject("jwt_id", "jti", "whatever"));
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);

        // The clock of the test stands still, and with it the pause.
        Assert.InRange(Volatile.Read(ref _emptyPolls), 1, 3);
        await AssertHonestCallPassesAsync();
    }

    [Fact, Proves("SE1", "T31")]
    public async Task Every_token_of_a_revoked_task_is_refused()
    {
        var token = HonestToken(t => t.Claims["txn"] = "task-1");
        Assert.Null(await SendAsync(Subject("opaque", "id", "task-1")));

        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "transaction_revoked");
        await AssertHonestCallPassesAsync();
    }

    [Theory, Proves("SE1", "T31")]
    [InlineData("advisor")]
    [InlineData("trader")]
    [InlineData("local")]
    public async Task A_disabled_party_is_refused_as_caller_actor_and_subject_and_after_it_was_enabled_with_its_tokens_from_before(string party)
    {
        var token = Token();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", token)).Status);

        await SendAsync(Subject("uri", "uri", TestManifest.IdOf(party)));
        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "agent_revoked");

        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        // The very second counts as before: tokens tell no smaller time.
        var sameSecond = Token();
        await SendAsync(Subject("uri", "uri", TestManifest.IdOf(party)), AccountEnabled);
        AssertRefused(await Client.GetAsync("/score", token), HttpStatusCode.Unauthorized, "agent_revoked");
        AssertRefused(await Client.GetAsync("/score", sameSecond), HttpStatusCode.Unauthorized, "agent_revoked");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", Token())).Status);

        // A process that starts later is told, too.
        var restarted = await Mesh.StartAgentAsync("risk-analyst");
        using var client = Raw.Client(Mesh, Advisor, restarted.Address);
        Assert.Equal("agent_revoked", (await client.GetAsync("/score", token)).Reason);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/score", Token())).Status);

        string Token() => HonestToken(t =>
        {
            t.Claims["sub"] = TestManifest.IdOf("local");
            t.Claims["act"] = JsonNode.Parse($$$"""{"sub":"{{{Advisor.Id}}}","act":{"sub":"{{{TestManifest.IdOf("trader")}}}"}}""");
        });
    }

    [Fact, Proves("T32", "SE1")]
    public async Task A_forged_event_is_reported_and_has_no_effect()
    {
        using var foreign = new TestSigningKey("key-1");
        var subject = Subject("uri", "uri", Advisor.Id.ToString());

        Assert.Equal("token_signature", await SendAsync(subject, key: foreign));
        Assert.Equal("token_audience", await SendAsync(subject, shape: t => t.Claims["aud"] = TestManifest.IdOf("trader")));
        Assert.Equal("token_issuer", await SendAsync(subject, shape: t => t.Claims["iss"] = "https://evil.example/"));
        Assert.Equal("token_type", await SendAsync(subject, shape: t => t.Header["typ"] = "at+jwt"));
        Assert.Equal("token_header", await SendAsync(subject, shape: t => t.Header["jku"] = "https://evil.example/"));
        Assert.Equal("token_malformed", await SendAsync(subject, "https://evil.example/event"));
        await AssertHonestCallPassesAsync();

        Assert.Null(await SendAsync(subject));
        AssertRefused(await Client.GetAsync("/score", HonestToken()), HttpStatusCode.Unauthorized, "agent_revoked");
    }

    [Fact, Proves("T32")]
    public async Task An_event_sent_again_or_late_does_not_undo_a_newer_one()
    {
        var subject = Subject("uri", "uri", Advisor.Id.ToString());
        var disabled = Mesh.WriteEvent(subject, SessionRevoked);
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        await SendAsync(subject, AccountEnabled);

        Assert.Null(await Mesh.Issuer.Events.Send(disabled.Id, disabled.Token));
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        await AssertHonestCallPassesAsync();
        Assert.Null(await SendAsync(subject));
        AssertRefused(await Client.GetAsync("/score", HonestToken()), HttpStatusCode.Unauthorized, "agent_revoked");
    }

    [Fact, Proves("SE1")]
    public async Task A_process_that_starts_later_hears_everything_that_is_still_revoked()
    {
        await SendAsync(Subject("uri", "uri", Advisor.Id.ToString()));
        // Ready means that it has heard.
        var restarted = await Mesh.StartAgentAsync("risk-analyst");
        using var client = Raw.Client(Mesh, Advisor, restarted.Address);

        Assert.Equal("agent_revoked", (await client.GetAsync("/score", HonestToken())).Reason);
    }

    [Fact, Proves("T33", "AI7")]
    public async Task After_the_stream_was_lost_too_long_older_tokens_are_refused_and_newer_ones_pass()
    {
        var old = HonestToken();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", old)).Status);
        Mesh.Issuer.Intercept = context =>
        {
            var events = context.Request.Path.StartsWithSegments("/events");
            context.Response.StatusCode = events ? 503 : 200;
            return Task.FromResult(events);
        };
        Mesh.Clock.Advance(TimeSpan.FromSeconds(80));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", old)).Status);
        Mesh.Clock.Advance(TimeSpan.FromSeconds(11));

        AssertRefused(await Client.GetAsync("/score", old), HttpStatusCode.Unauthorized, "revocation_unknown");
        await AssertHonestCallPassesAsync();

        Mesh.Issuer.Intercept = null;
        // Whenever the receiver pauses before its next attempt, the pause is over.
        Mesh.Clock.TimerCreated = due =>
        {
            if (due < LongestPause)
                _ = Task.Run(() => Mesh.Clock.Advance(LongestPause), TestContext.Current.CancellationToken);
        };
        Mesh.Clock.Advance(LongestPause);
        await Mesh.Issuer.Events.WaitForPollsAsync(Mesh.Issuer.Events.Polls + 2);
        Mesh.Clock.TimerCreated = null;
        var asOld = HonestToken(t => (t.Claims["iat"], t.Claims["exp"]) = (Ago(100), Ago(-100)));
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync("/score", asOld)).Status);

        JsonNode Ago(int seconds) => Mesh.Clock.GetUtcNow().AddSeconds(-seconds).ToUnixTimeSeconds();
    }

    private Task<string?> SendAsync(JsonObject subject, string type = SessionRevoked, TestSigningKey? key = null, Action<TestToken>? shape = null) =>
        Mesh.SendEventAsync(subject, type, key, shape);
}
