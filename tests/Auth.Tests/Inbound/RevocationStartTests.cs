using System.Net;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;

namespace AgentMesh.Auth.Tests;

/// <summary>A process that has just started remembers nothing of what was revoked.</summary>
[Proves("T33", "AI7")]
public sealed class RevocationStartTests : IAsyncLifetime
{
    private TestMesh _mesh = null!;
    private TestSource _advisor = null!;
    private int _polls;

    public async ValueTask InitializeAsync()
    {
        _mesh = await TestMesh.StartAsync();
        _advisor = _mesh.SourceOf("advisor");
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Theory]
    [InlineData("market-data", "/prices")]
    [InlineData("risk-analyst", "/score")]
    public async Task Until_it_has_received_what_is_revoked_it_is_not_ready_and_refuses_everybody(string name, string path)
    {
        AnswerPolls(StatusCodes.Status503ServiceUnavailable, null);
        var callee = await _mesh.StartAgentAsync(name, setup => setup.WaitsUntilReady = false);
        using var client = Raw.Client(_mesh, _advisor, callee.Address);
        using var plain = new HttpClient(new SocketsHttpHandler()) { BaseAddress = callee.PlainAddress };

        var refused = await client.GetAsync(path, Token(name));
        Assert.Equal((HttpStatusCode.Unauthorized, "revocation_unknown"), (refused.Status, refused.Reason));
        Assert.Equal(("deny", "revocation_unknown"), (callee.Audit.Last.Decision, callee.Audit.Last.Reason));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await plain.GetAsync("/health", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await plain.GetAsync("/alive", null)).Status);

        // There is more to come: it may be about this very caller.
        AnswerPolls(StatusCodes.Status200OK, """{"sets":{},"moreAvailable":true}""");
        await PassPausesAsync(() => Task.FromResult(Volatile.Read(ref _polls) > 3));
        Assert.Equal("revocation_unknown", (await client.GetAsync(path, Token(name))).Reason);

        _mesh.Issuer.Intercept = null;
        await PassPausesAsync(async () => (await plain.GetAsync("/health", null)).Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path, Token(name))).Status);
    }

    [Fact]
    public async Task Without_an_issuer_there_is_nothing_to_wait_for()
    {
        var callee = await _mesh.StartAgentAsync("market-data", setup =>
        {
            setup.WaitsUntilReady = false;
            setup.Settings.Add(("Mesh:Issuer", null));
        });
        using var client = Raw.Client(_mesh, _advisor, callee.Address);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/prices", null)).Status);
    }

    [Fact, Proves("SE1")]
    public async Task An_event_whose_key_is_newer_than_the_last_read_of_the_keys_waits_for_the_next_and_is_not_lost()
    {
        var callee = await _mesh.StartAgentAsync("risk-analyst");
        using var client = Raw.Client(_mesh, _advisor, callee.Address);
        // Reads the keys, which are not read again for the next five seconds.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/score", Token("risk-analyst"))).Status);
        _mesh.Issuer.Keys.Add(new TestSigningKey("key-2"));

        var acknowledged = _mesh.SendEventAsync(TestSecurityEvent.Party(_advisor.Id.ToString()));
        await _mesh.Issuer.Events.WaitForPollsAsync(_mesh.Issuer.Events.Polls + 1);
        Assert.False(acknowledged.IsCompleted);
        await PassPausesAsync(() => Task.FromResult(acknowledged.IsCompleted));

        Assert.Null(await acknowledged);
        var refused = await client.GetAsync("/score", Token("risk-analyst"));
        Assert.Equal("agent_revoked", refused.Reason);
    }

    [Fact, Proves("SE1", "T38")]
    public async Task An_event_that_cannot_be_judged_yet_is_not_asked_for_in_a_tight_loop()
    {
        var key = new TestSigningKey("key-2");
        var acknowledged = _mesh.SendEventAsync(TestSecurityEvent.Party(_advisor.Id.ToString()), key: key);
        var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mesh.Clock.TimerCreated = due =>
        {
            if (due > TimeSpan.Zero && due < TimeSpan.FromSeconds(1))
                pause.TrySetResult();
        };

        // The clock of the test stands still: what is not followed by a pause is followed by the next poll.
        var callee = await _mesh.StartAgentAsync("risk-analyst", setup => setup.WaitsUntilReady = false);
        await pause.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        // The first brought it, the second nothing new.
        Assert.InRange(_mesh.Issuer.Events.Polls, 1, 2);

        _mesh.Issuer.Keys.Add(key);
        await PassPausesAsync(() => Task.FromResult(acknowledged.IsCompleted));
        Assert.Null(await acknowledged);
        using var client = Raw.Client(_mesh, _advisor, callee.Address);
        await PassPausesAsync(async () => (await client.GetAsync("/score", Token("risk-analyst"))).Reason == "agent_revoked");
    }

    private string? Token(string name) => name == "risk-analyst" ? _mesh.Issuer.Issue(_advisor, name, "risk.score") : null;

    private void AnswerPolls(int status, string? json) => _mesh.Issuer.Intercept = async context =>
    {
        if (!context.Request.Path.StartsWithSegments("/events"))
            return false;
        Interlocked.Increment(ref _polls);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (json is not null)
            await context.Response.WriteAsync(json);
        return true;
    };

    /// <summary>Whenever the receiver pauses before its next attempt, time passes.</summary>
    private async Task PassPausesAsync(Func<Task<bool>> reached)
    {
        while (!await reached())
        {
            _mesh.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
