using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AgentMesh.Auth.Tests;

public sealed class AgentAuthHandlerTests : OutboundTest
{
    private int _refuse;
    private int _redirects;
    private readonly List<string> _bodies = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Callee = await Mesh.StartAgentAsync("risk-analyst", setup => setup.Endpoints = app =>
        {
            app.MapGet("/score", () => Refused() ?? Results.Text("scored")).RequireScope("risk.score");
            app.MapPost("/score", async (HttpRequest request) =>
            {
                _bodies.Add(await new StreamReader(request.Body).ReadToEndAsync());
                return Refused() ?? Results.Text("scored");
            }).RequireScope("risk.score");
            app.MapGet("/moved", () =>
            {
                Interlocked.Increment(ref _redirects);
                return Results.Redirect("/score");
            }).RequireScope("risk.score");

            IResult? Refused()
            {
                if (Interlocked.Decrement(ref _refuse) < 0)
                    return null;
                return new InvalidToken();
            }
        });
    }

    private new TestAgent Callee { get; set; } = null!;

    private Uri Score => new(Callee.Address, "/score");

    [Fact]
    public async Task A_call_carries_a_token_for_the_callee_bound_to_the_svid_of_its_connection()
    {
        using var response = await Caller.Client().GetAsync(Score, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(Mesh.Issuer.Requests.TryDequeue(out var exchange));
        Assert.Equal("urn:ietf:params:oauth:grant-type:token-exchange", exchange["grant_type"]);
        Assert.Equal(TestManifest.IdOf("advisor"), exchange["client_id"]);
        Assert.Equal(TestManifest.IdOf("risk-analyst"), exchange["audience"]);
        Assert.Equal("risk.score", exchange["scope"]);
        Assert.Equal("urn:ietf:params:oauth:token-type:jwt", exchange["subject_token_type"]);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", exchange["requested_token_type"]);
        // Handlers and callers above see the request without its credential again.
        Assert.Null(response.RequestMessage!.Headers.Authorization);
    }

    [Fact]
    public async Task After_a_rotation_token_and_connection_are_of_the_new_svid()
    {
        for (var i = 0; i < 3; i++)
        {
            using var response = await Caller.Client().GetAsync(Score, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Caller.Source.Rotate();
        }
        Assert.Equal(3, Mesh.Issuer.Exchanges);
        Assert.All(Callee.Audit.Events, e => Assert.Equal("allow", e.Decision));
    }

    [Fact]
    public async Task Rotations_under_load_never_part_a_token_from_its_svid()
    {
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var response = await Caller.Client().GetAsync(Score, Cancellation);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                if (i % 10 == 0)
                    Caller.Source.Rotate();
            }
        }, Cancellation)).ToArray();
        await Task.WhenAll(calls);

        Assert.All(Callee.Audit.Events, e => Assert.Equal("allow", e.Decision));
    }

    [Fact]
    public async Task A_refused_token_is_exchanged_again_once()
    {
        _refuse = 1;
        using var response = await Caller.Client().GetAsync(Score, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_token_refused_twice_is_not_exchanged_a_third_time()
    {
        _refuse = 2;
        using var response = await Caller.Client().GetAsync(Score, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(2, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_post_is_sent_again_with_the_same_body()
    {
        _refuse = 1;
        using var response = await Caller.Client().PostAsJsonAsync(Score, new { holdings = 3 }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["""{"holdings":3}""", """{"holdings":3}"""], _bodies);
    }

    [Fact]
    public async Task A_body_that_can_be_read_only_once_is_not_sent_again()
    {
        _refuse = 1;
        using var body = new StreamContent(new OnceStream("once"));
        using var response = await Caller.Client().PostAsync(Score, body, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["once"], _bodies);
        Assert.Equal(1, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_plain_address_is_refused() =>
        Assert.Equal("insecure_scheme", (await Assert.ThrowsAsync<AgentAuthorizationException>(
            () => Caller.Client().GetAsync(new Uri(Callee.PlainAddress, "/score"), Cancellation))).Code);

    [Fact]
    public async Task A_credential_set_by_the_calling_code_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Score);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "mine");

        Assert.Equal("authorization_already_set", (await Assert.ThrowsAsync<AgentAuthorizationException>(() => Caller.Client().SendAsync(request, Cancellation))).Code);
        Assert.Empty(Callee.Audit.Events);
    }

    [Fact]
    public async Task A_redirect_is_refused_and_not_followed()
    {
        Assert.Equal("redirect_refused", (await Assert.ThrowsAsync<AgentAuthorizationException>(
            () => Caller.Client().GetAsync(new Uri(Callee.Address, "/moved"), Cancellation))).Code);
        Assert.Equal(1, _redirects);
        Assert.Single(Callee.Audit.Events);
    }

    [Fact]
    public async Task Somebody_else_at_the_callees_address_gets_neither_token_nor_request()
    {
        var trader = await Mesh.StartAgentAsync("trader");

        await Assert.ThrowsAsync<HttpRequestException>(() => Caller.Client().GetAsync(new Uri(trader.Address, "/score"), Cancellation));
        Assert.Empty(trader.Audit.Events);
    }

    [Fact]
    public async Task A_callee_that_takes_mtls_alone_gets_no_token()
    {
        var market = await Mesh.StartAgentAsync("market-data");
        await using var caller = Mesh.Caller("advisor", services => services.AddHttpClient("market").AddAgentAuth("market-data", "market.read"));
        using var response = await caller.Client("market").GetAsync(new Uri(market.Address, "/prices"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, Mesh.Issuer.Exchanges);
        Assert.Equal(("mtls", "market.read"), (market.Audit.Last.Authentication, market.Audit.Last.Scopes));
    }

    [Fact]
    public async Task Without_an_svid_no_call_is_made()
    {
        Caller.Source.Withdrawn = true;
        await AssertNotMadeAsync("no_identity", () => Caller.Client().GetAsync(Score, Cancellation));
    }

    [Fact]
    public async Task A_process_that_got_somebody_elses_svid_calls_nobody()
    {
        Caller.Source.Use(Mesh.Authority.IssueX509(TestMesh.Id("trader")));
        var refused = await AssertNotMadeAsync("no_identity", () => Caller.Client().GetAsync(Score, Cancellation));

        Assert.Contains("Mesh:Name", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Mesh__Name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resilience_and_service_discovery_go_around_it()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["services:risk-analyst:https:0"] = Callee.Address.ToString() }).Build();
        await using var caller = Mesh.Caller("advisor", services =>
        {
            services.AddSingleton<IConfiguration>(settings);
            services.AddServiceDiscovery();
            services.ConfigureHttpClientDefaults(http =>
            {
                http.AddStandardResilienceHandler();
                http.AddServiceDiscovery();
            });
        });
        using var response = await caller.Client().GetAsync(new Uri("https://risk-analyst/score"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Another_primary_handler_is_refused_because_it_would_send_no_credential()
    {
        await using var caller = Mesh.Caller("advisor", services => services.AddHttpClient("other").AddAgentAuth("risk-analyst", "risk.score")
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler()));

        Assert.Contains("primary handler", Assert.Throws<InvalidOperationException>(() => caller.Client("other")).Message, StringComparison.Ordinal);
    }

    [Fact, Proves("T35")]
    public async Task No_log_line_at_any_level_holds_a_token()
    {
        string? issued = null;
        Mesh.Issuer.ShapeAnswer = answer => issued = (string?)answer["access_token"];
        using (await Caller.Client().GetAsync(Score, Cancellation))
        {
            Mesh.Issuer.Requests.TryDequeue(out var exchange);
            foreach (var secret in (string[])[issued!.Split('.')[2], exchange!["subject_token"].Split('.')[2]])
            {
                Assert.DoesNotContain(Caller.Log.Lines, l => l.Contains(secret, StringComparison.Ordinal));
                Assert.DoesNotContain(Callee.Log.Lines, l => l.Contains(secret, StringComparison.Ordinal));
            }
        }
        Assert.NotEmpty(Caller.Log.Lines);
    }

    private sealed class InvalidToken : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = 401;
            httpContext.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\", error_description=\"as the test wants\"";
            return Task.CompletedTask;
        }
    }

    private sealed class OnceStream(string text) : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
