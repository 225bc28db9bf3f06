using System.Net.Http.Headers;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using static AgentMesh.Auth.Tests.TestSecurityEvent;

namespace AgentMesh.Auth.Tests;

/// <summary>A stream is let in once and lasts; what lets it in does not.</summary>
public sealed class RunningRequestTests : InboundTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<HttpClient> _clients = [];
    private readonly TaskCompletionSource[] _steps = [.. Enumerable.Range(0, 8).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    private int _step;

    private protected override void Configure(TestAgent.Setup setup)
    {
        setup.Settings.Add(("Mesh:Server:RevocationMaxStaleness", "00:10:00"));
        setup.Endpoints = app => app.MapGet("/stream", StreamAsync).RequireScope("risk.score");
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await base.DisposeAsync();
    }

    [Theory, Proves("T31", "AI7", "SE1")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_stream_of_a_disabled_agent_ends_at_once_and_is_on_record_and_anothers_goes_on(string version)
    {
        var trader = Mesh.SourceOf("trader");
        using var revoked = await OpenAsync(Advisor, version);
        using var honest = await OpenAsync(trader, version);

        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        // From here the clock stands still: it is the event that ends it.
        Assert.Null(await Mesh.SendEventAsync(Party(Advisor.Id.ToString())));

        await revoked.AssertEndedAsync();
        await AssertRecordedAsync(Advisor, "agent_revoked");
        Go();
        await honest.AssertGoesOnAsync();
        Assert.DoesNotContain(Callee.Audit.Events, e => e.Decision == "deny" && e.Caller == trader.Id.ToString());
    }

    [Theory, Proves("T31", "AI7")]
    [InlineData("jwt_id", "jti", "token-1", "token_revoked")]
    [InlineData("opaque", "id", "task-1", "transaction_revoked")]
    public async Task The_stream_of_a_revoked_token_or_task_ends_and_another_of_the_same_connection_goes_on(string format, string member, string name, string reason)
    {
        var client = ClientOf(Advisor, "2.0");
        using var revoked = await OpenAsync(client, HonestToken(t => (t.Claims["jti"], t.Claims["txn"]) = ("token-1", "task-1")));
        using var honest = await OpenAsync(client, HonestToken(t => (t.Claims["jti"], t.Claims["txn"]) = ("token-2", "task-2")));

        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Mesh.SendEventAsync(Subject(format, member, name)));

        await revoked.AssertEndedAsync();
        await AssertRecordedAsync(Advisor, reason);
        Go();
        await honest.AssertGoesOnAsync();
    }

    [Fact, Proves("T05", "AI7")]
    public async Task A_stream_ends_with_the_SVID_that_opened_it_and_not_with_the_token()
    {
        Advisor.Rotate(TimeSpan.FromMinutes(6));
        using var expiring = await OpenAsync(Advisor, "2.0");
        var trader = Mesh.SourceOf("trader");
        using var lasting = await OpenAsync(trader, "2.0");

        Mesh.Clock.Advance(TimeSpan.FromMinutes(5.5));
        Go();
        await expiring.AssertGoesOnAsync();
        await lasting.AssertGoesOnAsync();
        Mesh.Clock.Advance(TimeSpan.FromMinutes(1));

        await expiring.AssertEndedAsync();
        await AssertRecordedAsync(Advisor, "peer_expired");
        Go();
        await lasting.AssertGoesOnAsync();
    }

    [Fact, Proves("T33", "AI7")]
    public async Task A_stream_ends_once_its_revocation_might_have_gone_unheard_for_too_long()
    {
        using var stream = await OpenAsync(Advisor, "2.0");
        Mesh.Issuer.Intercept = context =>
        {
            var events = context.Request.Path.StartsWithSegments("/events");
            context.Response.StatusCode = events ? 503 : 200;
            return Task.FromResult(events);
        };
        Mesh.Clock.Advance(TimeSpan.FromMinutes(9));
        Go();
        await stream.AssertGoesOnAsync();
        Mesh.Clock.Advance(TimeSpan.FromMinutes(2));

        await stream.AssertEndedAsync();
        await AssertRecordedAsync(Advisor, "revocation_unknown");
    }

    [Fact, Proves("T31")]
    public async Task What_revokes_a_stream_that_has_ended_does_not_end_the_next_one_of_its_connection()
    {
        var client = ClientOf(Advisor, "1.1");
        using (var first = await OpenAsync(client, HonestToken(t => t.Claims["jti"] = "token-1")))
        {
            Go();
            Go();
            await first.AssertGoesOnAsync();
            await first.AssertGoesOnAsync();
            await first.AssertFinishedAsync();
        }
        using var second = await OpenAsync(client, HonestToken(t => t.Claims["jti"] = "token-2"));
        using var other = await OpenAsync(Mesh.SourceOf("trader"), "1.1", t => t.Claims["jti"] = "token-3");

        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Mesh.SendEventAsync(Subject("jwt_id", "jti", "token-1")));
        // Once this one has ended, all have been looked at.
        Assert.Null(await Mesh.SendEventAsync(Subject("jwt_id", "jti", "token-3")));
        await other.AssertEndedAsync();

        Go();
        await second.AssertGoesOnAsync();
        Assert.DoesNotContain(Callee.Audit.Events, e => e.TokenId == "token-1" && e.Decision == "deny");
    }

    [Fact, Proves("T31")]
    public async Task What_began_within_the_last_second_may_end_by_itself_before_the_next_look()
    {
        using var old = await OpenAsync(Advisor, "2.0", t => t.Claims["txn"] = "task-1");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        using var young = await OpenAsync(Advisor, "2.0", t => t.Claims["txn"] = "task-1");

        Assert.Null(await Mesh.SendEventAsync(Subject("opaque", "id", "task-1")));

        await old.AssertEndedAsync();
        Go();
        await young.AssertGoesOnAsync();
        Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        await young.AssertEndedAsync();
    }

    private async Task StreamAsync(HttpContext context)
    {
        var first = Volatile.Read(ref _step);
        await WriteAsync("open\n");
        for (var step = first; step < first + 2; step++)
        {
            await _steps[step].Task.WaitAsync(context.RequestAborted);
            await WriteAsync("next\n");
        }

        async Task WriteAsync(string line)
        {
            await context.Response.WriteAsync(line, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>Every stream that is open says its next line.</summary>
    private void Go() => _steps[Interlocked.Increment(ref _step) - 1].SetResult();

    private HttpClient ClientOf(TestSource source, string version)
    {
        var client = Raw.Client(Mesh, source, Callee.Address);
        (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (Version.Parse(version), HttpVersionPolicy.RequestVersionExact);
        _clients.Add(client);
        return client;
    }

    private Task<OpenStream> OpenAsync(TestSource source, string version, Action<TestToken>? shape = null) =>
        OpenAsync(ClientOf(source, version), Mesh.Issuer.Issue(source, "risk-analyst", "risk.score", shape));

    private static async Task<OpenStream> OpenAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stream") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        var stream = new OpenStream(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
        Assert.Equal("open", await stream.ReadAsync());
        return stream;
    }

    private async Task AssertRecordedAsync(TestSource caller, string reason)
    {
        // Recorded after it was ended.
        for (var waited = 0; waited < 3000 && Callee.Audit.Events.All(e => !Denied(e)); waited++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var ended = Assert.Single(Callee.Audit.Events, Denied);
        Assert.Equal((caller.Id.ToString(), "GET /stream", reason, "request_ended"), (ended.Caller, ended.Action, ended.Reason, ended.Remediation));
        Assert.Equal(Mesh.Clock.GetUtcNow(), ended.Time);

        static bool Denied(AuditEvent e) => e is { Kind: "decision", Decision: "deny" };
    }

    private sealed record OpenStream(HttpResponseMessage Response, StreamReader Lines) : IDisposable
    {
        public Task<string?> ReadAsync() => Lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

        public async Task AssertGoesOnAsync() => Assert.Equal("next", await ReadAsync());

        public async Task AssertFinishedAsync() => Assert.Null(await ReadAsync());

        public async Task AssertEndedAsync() => await Assert.ThrowsAnyAsync<IOException>(ReadAsync);

        public void Dispose()
        {
            Lines.Dispose();
            Response.Dispose();
        }
    }
}
