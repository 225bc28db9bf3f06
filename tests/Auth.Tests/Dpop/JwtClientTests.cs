using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentMesh.Auth.AspNetCore;
using AgentMesh.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.Tests;

/// <summary>A caller that proves itself to the authorization server with its JWT-SVID alone.</summary>
[Proves("DP1", "SC1")]
public sealed class JwtClientTests : IAsyncLifetime
{
    private static readonly (string, string?) ByJwt = ("Mesh:ClientAuthentication", "jwt");

    private int _refuse;
    private TestMesh Mesh { get; set; } = null!;
    private TestAgent Callee { get; set; } = null!;
    private TestCaller Caller { get; set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Mesh = await TestMesh.StartAsync();
        Callee = await Mesh.StartAgentAsync("risk-analyst", setup =>
        {
            setup.Settings.Add(ByJwt);
            setup.Endpoints = app =>
            {
                app.MapGet("/score", (HttpContext context) => Interlocked.Decrement(ref _refuse) < 0 ? Results.Text(context.Request.Headers["DPoP"]) : Refuse(context)).RequireScope("risk.score");
                app.MapPost("/score", (JsonNode body) => body.ToJsonString()).RequireScope("risk.score");
            };
        });
        Caller = Mesh.Caller("advisor", settings: [ByJwt]);
    }

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();

    [Fact]
    public async Task It_sends_no_certificate_to_the_server_and_a_fresh_proof_to_the_callee()
    {
        var first = Claims(await ScoreAsync());
        var second = Claims(await ScoreAsync());

        Assert.Equal(1, Mesh.Issuer.Exchanges);
        Assert.True(Mesh.Issuer.Requests.TryDequeue(out var exchange));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-spiffe", exchange["client_assertion_type"]);
        Assert.True(Mesh.Issuer.Proofs.TryDequeue(out var proof));
        var asked = Claims(proof!);
        Assert.Equal(("POST", new Uri(Mesh.Issuer.Address, "token").AbsoluteUri), ((string?)asked["htm"], (string?)asked["htu"]));
        Assert.Null(asked["ath"]);
        Assert.Equal(("GET", new Uri(Callee.Address, "/score").AbsoluteUri), ((string?)first["htm"], (string?)first["htu"]));
        Assert.NotNull(first["ath"]);
        Assert.NotEqual((string?)first["jti"], (string?)second["jti"]);
        Assert.All(Caller.Audit.Events, call => Assert.Equal(("call", "mtls+dpop"), (call.Kind, call.Authentication)));
        Assert.All(Callee.Audit.Events, decision => Assert.Equal(("allow", "mtls+dpop"), (decision.Decision, decision.Authentication)));
    }

    [Fact]
    public async Task A_query_and_a_body_go_along()
    {
        using var answer = await Caller.Client().PostAsync(new Uri(Callee.Address, "/score?a=b%20c"), new StringContent("{}", null, "application/json"), Cancellation);

        Assert.Equal("{}", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_second_attempt_has_a_proof_of_its_own_and_the_request_keeps_none()
    {
        _refuse = 1;

        using var response = await Caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation);

        Assert.Equal((HttpStatusCode.OK, 2), (response.StatusCode, Mesh.Issuer.Exchanges));
        Assert.Null(response.RequestMessage!.Headers.Authorization);
        Assert.False(response.RequestMessage.Headers.Contains("DPoP"));
        Assert.Equal(2, Callee.Audit.Events.Count(decision => decision.Decision == "allow"));
    }

    [Fact]
    public async Task After_an_hour_the_key_is_another_and_tokens_of_the_old_one_are_not_used()
    {
        foreach (var source in (TestSource[])[Caller.Source, Callee.Source, Mesh.Issuer.Source])
            source.Rotate(TimeSpan.FromHours(2));
        var before = Key(await ScoreAsync());
        Mesh.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(before, Key(await ScoreAsync()));
        var exchanges = Mesh.Issuer.Exchanges;

        Mesh.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.NotEqual(before, Key(await ScoreAsync()));
        Assert.Equal(exchanges + 1, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_token_that_is_bound_to_the_key_is_used_on_after_the_svid_was_rotated()
    {
        await ScoreAsync();
        Caller.Source.Rotate();
        await ScoreAsync();

        Assert.Equal(1, Mesh.Issuer.Exchanges);
    }

    [Fact]
    public async Task A_token_that_is_bound_to_anything_else_is_not_sent()
    {
        using var another = new TestProver();
        await AssertNotMadeAsync("server_error", () => Mesh.Issuer.Shape = t => t.Claims["cnf"] = new JsonObject { ["jkt"] = another.Thumbprint });
        await AssertNotMadeAsync("server_error", () => Mesh.Issuer.Shape = t => t.Claims["cnf"] = new JsonObject { ["x5t#S256"] = Caller.Source.Svid.Thumbprint });
        await AssertNotMadeAsync("server_error", () => Mesh.Issuer.Shape = t => t.Claims.Remove("cnf"));
        await AssertNotMadeAsync("server_error", () => (Mesh.Issuer.Shape, Mesh.Issuer.ShapeAnswer) = (null, a => a["token_type"] = "Bearer"));

        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        Mesh.Issuer.ShapeAnswer = null;
        await ScoreAsync();
    }

    [Fact]
    public async Task Calling_code_sets_no_proof()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Callee.Address, "/score"));
        request.Headers.TryAddWithoutValidation("DPoP", "mine");

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => Caller.Client().SendAsync(request, Cancellation));

        Assert.Equal("authorization_already_set", refused.Code);
    }

    [Fact]
    public async Task What_a_person_approved_is_bound_to_the_key_and_outlives_the_svid()
    {
        var trader = await Mesh.StartAgentAsync("trader", setup => setup.Endpoints = app => app.MapPost("/orders", () => "placed").RequireScope("trade.execute"));
        await using var advisor = new TestCaller(Mesh, "advisor", services => services.AddHttpClient("orders").AddAgentAuth("trader", "trade.execute"), [ByJwt]);
        Mesh.Issuer.Approvals.Answer("approved");
        var asked = await advisor.Services.GetRequiredService<IApprovals>().RequestAsync(new ApprovalRequest
        {
            Callee = "trader",
            Scopes = ScopeSet.Of("trade.execute"),
            AuthorizationDetails = JsonSerializer.Deserialize<JsonElement>("""[{"type":"order"}]"""),
        }, Cancellation);
        var approved = await asked.Value!.WaitAsync(Cancellation);
        Assert.True(approved.Succeeded, approved.ToString());
        advisor.Source.Rotate();

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(trader.Address, "/orders"));
        using var response = await advisor.Client("orders").SendAsync(request.WithApproval(approved.Value), Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("mtls+dpop", trader.Audit.Last.Authentication);
        Assert.True(Mesh.Issuer.Approvals.Asks.TryDequeue(out var ask));
        Assert.Contains("client_assertion", ask.Keys);
    }

    [Fact]
    public async Task The_servers_certificate_is_still_its_SVID()
    {
        await using var believing = Mesh.Caller("advisor", settings: [ByJwt, ("Mesh:AuthorizationServer:Name", "trader")]);

        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => believing.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation));

        Assert.Equal("temporarily_unavailable", refused.Code);
        Assert.Contains(believing.Log.Lines, line => line.Contains("is not an expected peer", StringComparison.Ordinal));
        await ScoreAsync();
    }

    [Fact]
    public async Task The_machines_store_is_believed_only_where_no_certificate_is_sent()
    {
        await using var wrong = Mesh.Caller("advisor", settings: ("Mesh:AuthorizationServer:Trust", "system"));
        await using var right = Mesh.Caller("advisor", settings: [ByJwt, ("Mesh:AuthorizationServer:Trust", "system")]);

        var refused = Assert.Throws<OptionsValidationException>(() => wrong.Services.GetRequiredService<AuthorizationServer>());
        Assert.Contains("Mesh:ClientAuthentication", refused.Message, StringComparison.Ordinal);
        // An SVID is no certificate that this machine trusts.
        Assert.Equal("temporarily_unavailable", (await Assert.ThrowsAsync<AgentAuthorizationException>(() => right.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation))).Code);
    }

    [Fact]
    public async Task Neither_key_nor_proof_nor_assertion_is_logged()
    {
        var proof = await ScoreAsync();
        Assert.True(Mesh.Issuer.Requests.TryDequeue(out var exchange));
        Assert.True(Mesh.Issuer.Proofs.TryDequeue(out var asked));

        foreach (var secret in (string[])[proof.Split('.')[2], asked!.Split('.')[2], exchange["client_assertion"].Split('.')[2]])
        {
            Assert.DoesNotContain(Caller.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(Callee.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }
        Assert.NotEmpty(Caller.Log.Lines);
    }

    /// <summary>A call that passes.</summary>
    /// <returns>The proof that the callee saw.</returns>
    private async Task<string> ScoreAsync()
    {
        using var response = await Caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task AssertNotMadeAsync(string code, Action lie)
    {
        Mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        lie();
        var refused = await Assert.ThrowsAsync<AgentAuthorizationException>(() => Caller.Client().GetAsync(new Uri(Callee.Address, "/score"), Cancellation));
        Assert.Equal(code, refused.Code);
        Assert.Empty(Callee.Audit.Events);
    }

    private static IResult Refuse(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "DPoP algs=\"ES256\", error=\"invalid_token\"";
        return Results.StatusCode(401);
    }

    private static JsonObject Claims(string proof) => Part(proof, 1);

    private static string Key(string proof) => Part(proof, 0)["jwk"]!.ToJsonString();

    private static JsonObject Part(string proof, int index) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(proof.Split('.')[index]))!.AsObject();
}
