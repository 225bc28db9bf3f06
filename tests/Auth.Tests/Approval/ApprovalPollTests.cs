using System.Text.Json.Nodes;
using System.Threading.Channels;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class ApprovalPollTests : ApprovalTest
{
    [Fact, Proves("CI1")]
    public async Task Polls_begin_one_interval_apart_until_a_person_has_decided()
    {
        Person.Answer("authorization_pending", "authorization_pending", "approved");

        var result = await WaitAsync(await PendingAsync());

        Assert.True(result.Succeeded, result.ToString());
        Assert.Equal([5, 5], Gaps());
    }

    [Fact, Proves("CI1", "T28")]
    public async Task Slow_down_makes_every_later_interval_five_seconds_longer()
    {
        Person.Answer("slow_down", "authorization_pending", "slow_down", "authorization_pending", "approved");

        var result = await WaitAsync(await PendingAsync());

        Assert.True(result.Succeeded, result.ToString());
        Assert.Equal([10, 10, 15, 15], Gaps());
    }

    [Fact, Proves("CI1")]
    public async Task A_server_that_names_no_interval_is_polled_every_five_seconds()
    {
        Person.ShapeAsked = a => a.Remove("interval");
        Person.Answer("authorization_pending", "approved");

        await WaitAsync(await PendingAsync());

        Assert.Equal([5], Gaps());
    }

    [Theory, Proves("CI1")]
    [InlineData("access_denied")]
    [InlineData("expired_token")]
    [InlineData("invalid_grant")]
    public async Task A_no_is_a_value_with_the_servers_code_and_words(string code)
    {
        Person.Answer("authorization_pending", code);

        var result = await WaitAsync(await PendingAsync());

        Assert.Equal((code, $"The test says {code}."), (result.Error?.Code, result.Error?.Description));
        Assert.Equal(2, Person.Polls.Count);
    }

    [Fact, Proves("CI1")]
    public async Task What_nobody_decides_ends_when_it_expires_and_is_polled_no_more()
    {
        var pending = await PendingAsync();

        var result = await WaitAsync(pending);

        Assert.Equal("expired_token", result.Error?.Code);
        Assert.Equal(pending.ExpiresAt, Mesh.Clock.GetUtcNow());
        Assert.Equal(24, Person.Polls.Count);
    }

    [Theory]
    [InlineData("502")]
    [InlineData("503")]
    public async Task A_server_that_fails_for_a_while_is_polled_again(string status)
    {
        Person.Answer(status, status, "approved");

        var result = await WaitAsync(await PendingAsync());

        Assert.True(result.Succeeded, result.ToString());
        Assert.Equal(3, Person.Polls.Count);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_tried_until_the_request_expires()
    {
        var pending = await PendingAsync();
        await Mesh.Issuer.StopAsync();

        var result = await WaitAsync(pending);

        Assert.Equal("expired_token", result.Error?.Code);
        Assert.Equal(pending.ExpiresAt, Mesh.Clock.GetUtcNow());
    }

    [Fact]
    public async Task An_identity_that_is_away_for_a_while_is_waited_for()
    {
        var pending = await PendingAsync();
        Person.Answer("approved");
        Advisor.Source.Withdrawn = true;

        var result = await WaitAsync(pending, () => Advisor.Source.Withdrawn = false);

        Assert.True(result.Succeeded, result.ToString());
        Assert.Single(Person.Polls);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var waiting = (await PendingAsync()).WaitAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task An_approval_is_waited_for_once()
    {
        var pending = await PendingAsync();
        Person.Answer("approved");
        Assert.True((await pending.WaitAsync(Cancellation)).Succeeded);

        await Assert.ThrowsAsync<InvalidOperationException>(() => pending.WaitAsync(Cancellation));
    }

    [Theory, Proves("RA1", "T27")]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData("""[{"type":"urn:agentmesh:order","symbol":"MSFT","quantity":1000}]""")]
    public async Task A_token_for_something_else_than_was_asked_is_no_approval(string? details)
    {
        Person.ShapeGranted = g => g["authorization_details"] = details is null ? null : JsonNode.Parse(details);
        Person.Answer("approved");

        var result = await (await PendingAsync()).WaitAsync(Cancellation);

        Assert.Equal(TokenError.BadAnswer, result.Error?.Code);
    }

    [Fact, Proves("T22")]
    public async Task A_token_that_is_bound_to_somebody_elses_SVID_is_no_approval()
    {
        Person.ShapeToken = t => t.Claims["cnf"] = new JsonObject { ["x5t#S256"] = Mesh.SourceOf("trader").Svid.Thumbprint };
        Person.Answer("approved");

        var result = await (await PendingAsync()).WaitAsync(Cancellation);

        Assert.Equal(TokenError.BadAnswer, result.Error?.Code);
    }

    /// <summary>Waits, and moves the clock by exactly what the waiting waits for.</summary>
    private async Task<ApprovalResult<ApprovedAction>> WaitAsync(PendingApproval pending, Action? meanwhile = null)
    {
        var waits = Channel.CreateUnbounded<TimeSpan>();
        // The trader and its event stream wait on this clock, too, and for other times. Requests have longer timeouts than polls have intervals here.
        var polling = new AsyncLocal<bool>();
        Mesh.Clock.TimerCreated = due => _ = polling.Value && due > TimeSpan.Zero && due < TimeSpan.FromSeconds(40) && waits.Writer.TryWrite(due);
        polling.Value = true;
        var waiting = pending.WaitAsync(Cancellation);
        while (!waiting.IsCompleted)
        {
            var next = waits.Reader.ReadAsync(Cancellation).AsTask();
            if (await Task.WhenAny(waiting, next) == waiting)
                break;
            meanwhile?.Invoke();
            Mesh.Clock.Advance(await next);
        }
        return await waiting;
    }

    private IEnumerable<int> Gaps() => Person.Polls.Zip(Person.Polls.Skip(1), (one, next) => (int)(next - one).TotalSeconds);
}
