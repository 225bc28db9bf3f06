using AgentMesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

public sealed class ExchangeTests : OutboundTest
{
    [Fact, Proves("T33")]
    public async Task Metadata_that_cannot_be_read_is_asked_for_once_by_all_who_wait()
    {
        var (asked, answer, requests) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        Mesh.Issuer.Intercept = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/.well-known"))
                return false;
            Interlocked.Increment(ref requests);
            asked.TrySetResult();
            await answer.Task;
            context.Response.StatusCode = 503;
            return true;
        };
        var server = Caller.Services.GetRequiredService<AuthorizationServer>();
        using var giveUp = new CancellationTokenSource();
        var impatient = server.FetchKeysAsync(giveUp.Token);
        var waiting = Enumerable.Range(0, 5).Select(_ => server.FetchKeysAsync(Cancellation)).ToList();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        answer.SetResult();

        foreach (var each in waiting)
            Assert.NotNull((await each.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).Error);
        Assert.Equal(1, requests);

        Mesh.Issuer.Intercept = null;
        Assert.Null((await server.FetchKeysAsync(Cancellation)).Error);
    }

    [Fact, Proves("T30", "MD1")]
    public async Task Metadata_that_names_another_issuer_is_refused()
    {
        Mesh.Issuer.ShapeMetadata = m => m["issuer"] = "https://evil.example/";
        var refused = await AssertNotMadeAsync("server_error");
        Assert.Contains("https://evil.example/", refused.Explanation, StringComparison.Ordinal);

        await AssertHonestTwinAsync();
    }

    [Theory, Proves("T30")]
    [InlineData("token_endpoint", "https://evil.example/token")]
    [InlineData("token_endpoint", "http://127.0.0.1/token")]
    [InlineData("token_endpoint", "/token")]
    [InlineData("token_endpoint", null)]
    [InlineData("jwks_uri", "https://evil.example/jwks")]
    [InlineData("jwks_uri", null)]
    public async Task Endpoints_away_from_the_issuers_origin_are_refused(string name, string? value)
    {
        Mesh.Issuer.ShapeMetadata = m => m[name] = value;
        await AssertNotMadeAsync("server_error");
        Assert.Equal(0, Mesh.Issuer.Exchanges);

        await AssertHonestTwinAsync();
    }

    [Theory]
    [InlineData("text/html", "<html>busy</html>", 200)]
    [InlineData("application/json", "[]", 200)]
    [InlineData("application/json", "{", 200)]
    [InlineData("application/json", "{}", 200)]
    [InlineData("application/json", "null", 200)]
    [InlineData("application/json", "{}", 500)]
    [InlineData("text/plain", "", 503)]
    public async Task Nonsense_from_the_token_endpoint_ends_in_a_reason(string type, string body, int status)
    {
        AnswerToken(type, body, status);
        var refused = await AssertNotMadeAsync("server_error");
        Assert.Contains("authorization server", refused.Explanation, StringComparison.Ordinal);

        await AssertHonestTwinAsync();
    }

    [Theory]
    [InlineData("access_token", null)]
    [InlineData("access_token", "not a token")]
    [InlineData("access_token", "a.b.c")]
    [InlineData("token_type", "DPoP")]
    [InlineData("issued_token_type", "urn:ietf:params:oauth:token-type:jwt")]
    [InlineData("issued_token_type", null)]
    public async Task An_answer_that_is_not_what_was_asked_for_is_refused(string member, string? value)
    {
        Mesh.Issuer.ShapeAnswer = a => a[member] = value;
        await AssertNotMadeAsync("server_error");

        await AssertHonestTwinAsync();
    }

    [Fact, Proves("T22", "TX4")]
    public async Task A_token_bound_to_nothing_or_to_another_certificate_is_not_sent()
    {
        Mesh.Issuer.Shape = t => t.Claims.Remove("cnf");
        await AssertNotMadeAsync("server_error");
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        Mesh.Issuer.Shape = t => t.Claims["cnf"] = new System.Text.Json.Nodes.JsonObject { ["x5t#S256"] = Mesh.SourceOf("trader").Svid.Thumbprint };
        await AssertNotMadeAsync("server_error");

        Mesh.Issuer.Shape = null;
        await AssertHonestTwinAsync();
    }

    [Fact]
    public async Task Fewer_scopes_than_asked_for_are_no_success()
    {
        Mesh.Issuer.ShapeAnswer = a => a["scope"] = "risk.explain";
        await AssertNotMadeAsync("invalid_scope");

        await AssertHonestTwinAsync();
    }

    [Fact]
    public async Task A_huge_answer_is_not_read_to_its_end()
    {
        var written = 0L;
        Mesh.Issuer.Intercept = async context =>
        {
            if (context.Request.Path != "/token")
                return false;
            context.Response.ContentType = "application/json";
            var block = new byte[64 * 1024];
            try
            {
                for (var i = 0; i < 10_000; i++)
                {
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
                    written += block.Length;
                }
            }
            catch (OperationCanceledException)
            {
                // The client hung up, as it should.
            }
            return true;
        };
        await AssertNotMadeAsync("server_error");
        Assert.True(written < 100_000_000, $"{written} bytes were written before the client hung up");

        await AssertHonestTwinAsync();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_on()
    {
        var asked = new TaskCompletionSource();
        Mesh.Issuer.Intercept = async context =>
        {
            if (context.Request.Path != "/token")
                return false;
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var call = AssertNotMadeAsync("temporarily_unavailable");
        await asked.Task.WaitAsync(Cancellation);
        Mesh.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("did not answer", (await call).Explanation, StringComparison.Ordinal);

        await AssertHonestTwinAsync();
    }

    [Fact, Proves("T33")]
    public async Task An_authorization_server_that_takes_connections_and_says_nothing_is_one_that_is_away()
    {
        // The system completes the connection; nobody ever answers the handshake, which the connection itself limits to 15 s.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using var caller = Mesh.Caller("advisor", null, ("Mesh:Issuer", $"https://{silent.LocalEndpoint}/"));

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation));

        Assert.Equal("temporarily_unavailable", refused.Code);
        Assert.Empty(Callee.Audit.Events);
    }

    [Fact, Proves("T33")]
    public async Task When_the_authorization_server_is_down_no_call_is_made_and_cached_tokens_end_at_expiry()
    {
        await AssertCallPassesAsync();
        await Mesh.Issuer.StopAsync();

        Mesh.Clock.Advance(TimeSpan.FromMinutes(4));
        await AssertCallPassesAsync();
        Mesh.Clock.Advance(TimeSpan.FromMinutes(1));
        var refused = await AssertNotMadeAsync("temporarily_unavailable");
        Assert.Contains("Mesh:Issuer", refused.Explanation, StringComparison.Ordinal);
    }

    [Fact, Proves("T30")]
    public async Task Somebody_else_at_the_issuers_address_is_refused()
    {
        var trader = await Mesh.StartAgentAsync("trader");
        await using var caller = Mesh.Caller("advisor", null, ("Mesh:Issuer", trader.Address.ToString()));

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation));
        Assert.Equal("temporarily_unavailable", refused.Code);
        Assert.Empty(trader.Audit.Events);
        Assert.Empty(Callee.Audit.Events);
    }

    [Fact, Proves("TX2")]
    public async Task The_standards_error_reaches_the_caller()
    {
        AnswerToken("application/json", """{"error":"invalid_target","error_description":"No edge from advisor."}""", 400);
        var refused = await AssertNotMadeAsync("invalid_target");

        Assert.Equal(("risk-analyst", "risk.score", "No edge from advisor."), (refused.Callee, refused.Scopes, refused.Explanation));
        await AssertHonestTwinAsync();
    }

    [Fact, Proves("TX1", "AI5")]
    public async Task While_a_request_is_served_its_token_is_the_subject()
    {
        var serving = Serving("local", "portfolio.advise");
        using (serving.Activate())
            await AssertCallPassesAsync();

        Assert.True(Mesh.Issuer.Requests.TryDequeue(out var exchange));
        Assert.Equal(serving.Token!.Value, exchange["subject_token"]);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", exchange["subject_token_type"]);
        Assert.Equal(TestManifest.IdOf("local"), Callee.Audit.Last.Subject);
        Assert.Equal([TestManifest.IdOf("advisor")], Callee.Audit.Last.Actors);
    }

    [Fact]
    public async Task Work_that_outlives_the_request_calls_on_nobodys_behalf()
    {
        var finished = new TaskCompletionSource();
        Task later;
        using (Serving("local", "portfolio.advise").Activate())
            later = Task.Run(async () => { await finished.Task; await AssertCallPassesAsync(); }, Cancellation);
        finished.SetResult();
        await later;

        Assert.True(Mesh.Issuer.Requests.TryDequeue(out var exchange));
        Assert.Equal("urn:ietf:params:oauth:token-type:jwt", exchange["subject_token_type"]);
    }

    private void AnswerToken(string type, string body, int status) => Mesh.Issuer.Intercept = async context =>
    {
        if (context.Request.Path != "/token")
            return false;
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
        return true;
    };

    private async Task AssertHonestTwinAsync()
    {
        (Mesh.Issuer.Intercept, Mesh.Issuer.ShapeAnswer, Mesh.Issuer.ShapeMetadata) = (null, null, null);
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        await AssertCallPassesAsync();
    }
}
