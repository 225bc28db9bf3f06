using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AgentMesh.Testing;

namespace AgentMesh.Auth.Tests;

public sealed class ScopeTests : InboundTest
{
    [Fact, Proves("MD1")]
    public async Task An_endpoint_is_refused_without_its_scope_and_the_answer_names_it()
    {
        var answer = await Client.GetAsync("/explain", HonestToken());

        AssertRefused(answer, HttpStatusCode.Forbidden, "insufficient_scope");
        Assert.Contains("error=\"insufficient_scope\"", answer.Challenge, StringComparison.Ordinal);
        Assert.Contains("scope=\"risk.explain\"", answer.Challenge, StringComparison.Ordinal);
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task An_endpoint_that_declares_no_scope_is_refused_to_everybody()
    {
        AssertRefused(await Client.GetAsync("/undeclared", HonestToken()), HttpStatusCode.Forbidden, "scope_undeclared");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task An_unknown_route_is_401_to_strangers_and_404_to_callers()
    {
        AssertRefused(await Client.GetAsync("/nowhere", null), HttpStatusCode.Unauthorized, "token_missing");
        AssertRefused(await Client.GetAsync("/nowhere", HonestToken()), HttpStatusCode.NotFound, "endpoint_unknown");
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task Health_is_not_served_on_the_mtls_port(string path) =>
        AssertRefused(await Client.GetAsync(path, null), HttpStatusCode.Unauthorized, "token_missing");

    [Fact, Proves("MD1")]
    public async Task A_call_without_a_token_is_told_where_the_metadata_is()
    {
        var answer = await Client.GetAsync("/score", null, ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"));

        AssertRefused(answer, HttpStatusCode.Unauthorized, "token_missing");
        Assert.Equal($"Bearer resource_metadata=\"https://127.0.0.1:{Callee.Address.Port}/.well-known/oauth-protected-resource\"", answer.Challenge);
    }

    [Fact, Proves("MD1")]
    public async Task The_metadata_says_whom_to_ask_for_which_scopes()
    {
        var answer = await Client.GetAsync("/.well-known/oauth-protected-resource", null);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        using var metadata = JsonDocument.Parse(answer.Body);
        Assert.Equal(TestManifest.IdOf("risk-analyst"), metadata.RootElement.GetProperty("resource").GetString());
        Assert.Equal(Mesh.Issuer.Address.OriginalString, metadata.RootElement.GetProperty("authorization_servers")[0].GetString());
        Assert.Equal(["risk.explain", "risk.score"], metadata.RootElement.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString()));
        Assert.True(metadata.RootElement.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
    }

    [Fact, Proves("MD1")]
    public async Task An_invalid_token_is_called_so()
    {
        var answer = await Client.GetAsync("/score", HonestToken(t => t.Claims["iss"] = "https://evil.example/"));

        AssertRefused(answer, HttpStatusCode.Unauthorized, "token_issuer");
        Assert.Contains("error=\"invalid_token\"", answer.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_credentials_or_another_scheme_are_malformed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/score");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", "YTpi");
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);

        AssertRefused(await Raw.Answer.ReadAsync(response), HttpStatusCode.BadRequest, "credential_malformed");
        await AssertHonestCallPassesAsync();
    }

    [Fact]
    public async Task An_endpoints_exception_shows_nothing_of_itself()
    {
        var answer = await Client.GetAsync("/broken", HonestToken());

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (answer.Status, answer.Reason));
        Assert.DoesNotContain("secret detail", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
    }

    [Fact, Proves("AI3", "AI8")]
    public async Task A_decision_is_recorded_with_all_that_led_to_it()
    {
        var honest = HonestToken();
        await Client.GetAsync("/score?secret=1", honest);

        var recorded = Callee.Audit.Last;
        Assert.Equal("decision", recorded.Kind);
        Assert.Equal("allow", recorded.Decision);
        Assert.Equal("GET /score", recorded.Action);
        Assert.Equal(Advisor.Id.ToString(), recorded.Caller);
        Assert.Equal(Advisor.Id.ToString(), recorded.Subject);
        Assert.Equal(TestManifest.IdOf("risk-analyst"), recorded.Callee);
        Assert.Equal("risk.score", recorded.Scopes);
        Assert.Equal("mtls+token", recorded.Authentication);
        Assert.Equal(TestManifest.Manifest.Version, recorded.PolicyVersion);
        Assert.NotNull(recorded.TokenId);
        Assert.NotNull(recorded.TransactionId);
        Assert.NotNull(recorded.TraceId);
        Assert.Equal(Mesh.Clock.GetUtcNow(), recorded.Time);
    }

    [Fact]
    public async Task The_endpoint_runs_on_the_callers_behalf_and_nothing_after_it_does()
    {
        var answer = await Client.GetAsync("/context", HonestToken());

        Assert.Contains($"\"caller\":\"{Advisor.Id}\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"scopes\":\"risk.score\"", answer.Body, StringComparison.Ordinal);
        Assert.Null(DelegationContext.Current);
    }
}
